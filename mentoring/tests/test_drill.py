"""The loss of the machine, rehearsed with the documented commands."""

import pytest

from testkit import drill

pytestmark = [
    pytest.mark.both_databases,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(600),  # 16 starts of Django: half a minute on an idle machine
]


def test_the_drill(tmp_path):
    report = drill.run(tmp_path)
    assert report.faults == []
    assert len(report.found) == 9
