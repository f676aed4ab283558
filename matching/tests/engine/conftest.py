from .invented import RUN_SEED


def pytest_report_header():
    return f"matching engine: ENGINE_SEED={RUN_SEED}"
