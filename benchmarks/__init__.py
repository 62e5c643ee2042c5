"""What serving costs, as ratios measured in one run: ``python -m benchmarks``."""

import os

# As where it is installed: else each kernel and each program that is measured would compile the package.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
