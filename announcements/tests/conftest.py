import pytest

from announcements.models import Announcement
from testkit import factories


@pytest.fixture
def program():
    return factories.program(name="Harbour HR", contact_email="committee@example.org")


@pytest.fixture
def cohort(program):
    return factories.cohort(program=program)


@pytest.fixture
def cleo(program):
    return factories.member("Cleo Chair", program=program, role="chair")


@pytest.fixture
def write(cohort, cleo):
    def write(**fields):
        fields = {
            "program": cohort.program,
            "author": cleo,
            "situations": ["unmatched"],
            "subjects": {"en": "Kick-off"},
            "bodies": {"en": "Dear {name},\n\nwe meet at https://example.org/hall."},
            **fields,
        }
        return Announcement.objects.create(**fields)

    return write
