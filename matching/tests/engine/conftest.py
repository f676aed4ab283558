import pytest

from .synthetic import RUN_SEED


@pytest.fixture(autouse=True)
def _show_seed_on_failure():
    """Print how to run a failing test again with the same data."""
    print(f"to repeat: ENGINE_SEED={RUN_SEED}")  # noqa: T201  # pytest shows it with a failure


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"matching engine: ENGINE_SEED={RUN_SEED}")
