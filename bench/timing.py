"""CPU seconds and memory, measured so that a busy machine disturbs the ratios little."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds of one run in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def side_by_side(jobs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the best CPU seconds of each job.

    The jobs take turns, so that they meet the same disturbances.
    """
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, work in jobs.items():
            taken[name].append(cpu_seconds(work))
    return {name: min(times) for name, times in taken.items()}


class DatabaseTimer:
    """CPU seconds of this process and of the PostgreSQL process that serves its connection.

    Unlike wall time they do not count what else the machine does. Without Linux's `schedstat`, or
    with the database on another machine, it is wall time.
    """

    def __init__(self, backend_pid: int) -> None:
        self._backend = Path(f"/proc/{backend_pid}/schedstat")

    def seconds(self, work: Callable[[], object]) -> float:
        """Return what one run costs."""
        if not self._backend.exists():
            start = time.perf_counter()
            work()
            return time.perf_counter() - start
        return self._measured(work)

    def _measured(self, work: Callable[[], object]) -> float:
        start = time.process_time(), self._backend_nanoseconds()
        work()
        own = time.process_time() - start[0]
        return own + (self._backend_nanoseconds() - start[1]) / 1e9

    def _backend_nanoseconds(self) -> int:
        return int(self._backend.read_text().split()[0])


def median_of(timer: DatabaseTimer, work: Callable[[], object], runs: int) -> float:
    """Return the median seconds of some runs."""
    return median(timer.seconds(work) for _run in range(runs))


def spread(times: list[float]) -> tuple[float, float, float]:
    """Return median, 95th percentile and maximum."""
    ordered = sorted(times)
    return median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1]


def megabytes_above_base(size: int) -> float:
    """Return the peak memory of a round of this size, in MB.

    Above that of a process that has only loaded the libraries.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.memory", str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


class StageTimer:
    """Records the stages that a job reports: (stage, CPU seconds, peak memory in MB at its end)."""

    def __init__(self) -> None:
        self._ended: list[tuple[str, float, float]] = []
        self._now: tuple[str, float] | None = None

    def advance(self, stage: str) -> None:
        self._end()
        self._now = stage, time.process_time()

    @property
    def stages(self) -> list[tuple[str, float, float]]:
        """All stages; the last one ends when this is asked for."""
        self._end()
        return list(self._ended)

    def _end(self) -> None:
        if self._now:
            name, start = self._now
            self._ended.append((name, time.process_time() - start, peak_megabytes()))
            self._now = None


def peak_megabytes() -> float:
    """Return the peak memory of this process in MB.

    From the kernel's own mark where there is one, because `getrusage` of a child process begins at
    the peak of its parent.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")
    )
