import pytest

from testkit import factories


@pytest.fixture
def reader(program):
    return factories.member("Rhea Lind", program=program, role="reader")
