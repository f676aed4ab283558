"""Benchmarks that anybody can run: `make bench`, or `python -m bench --help`. Ratios first; seconds depend on the machine."""

import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(
        _threads, "1"
    )  # one thread on both sides of every ratio; read when numpy is loaded
