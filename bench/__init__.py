"""Benchmarks that anyone can run: `make bench`, or `python -m bench --help`.

Ratios come first; seconds depend on the machine.
"""

import os

# One thread on both sides of every ratio; numpy reads these when it is loaded.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
