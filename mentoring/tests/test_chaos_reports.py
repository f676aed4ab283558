"""What the chaos runs count, and the faults that their mail server and clock play."""

import smtplib

import pytest
from django.utils import timezone

from testkit import chaos, chaos_report, documents, fork_server, smtp


def test_a_report_counts_each_email_once():
    """One was accepted without an answer, then refused: it is neither lost nor hides a lost one."""
    outcomes = [
        chaos.Outcome("<1>", "sent"),
        chaos.Outcome("<2>", "failed", "rejected"),
        chaos.Outcome("<3>", "failed", "rejected"),
    ]
    report = chaos.Report(3, 0, lost_answers=2, outcomes=outcomes, copies={"<1>": 2, "<2>": 1})
    assert (report.lost, report.extra, report.refused_copies) == (0, 1, 1)
    assert report.reasons == {"rejected": 2}
    assert report.is_good
    report.outcomes[0] = chaos.Outcome("<4>", "sent")
    assert report.lost == 1
    assert not report.is_good
    report.outcomes.pop()
    assert report.lost == 2, "a row that went away"


@pytest.mark.parametrize("state", ["pending", "sending", "held"])
def test_an_email_that_never_ends_breaks_a_promise(state):
    report = chaos.Report(1, 0, outcomes=[chaos.Outcome("<1>", state)], copies={"<1>": 1})
    assert report.lost == 0
    assert not report.is_good


def test_the_section_names_what_was_broken(tmp_path):
    outcomes = [chaos.Outcome("<1>", "sent"), chaos.Outcome("<2>", "failed", "rejected")]
    report = chaos.Report(2, 3, outcomes=outcomes, copies={"<1>": 1})
    text = chaos_report.section(
        "SQLite", report, ["Redis"], is_awake=False, are_invariants_true=True, is_good=False
    )
    assert "a promise broken" in text
    assert "| not sent, and why |  | 1 rejected |" in text
    assert "| extra copies | at most 3 | 0 |" in text
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n## SQLite\n\nold\n\n## Other\n\nstays\n")
    documents.replace_section(page, text)
    assert "\nold\n" not in page.read_text()
    assert page.read_text().endswith("stays\n")


def deliver(server, seconds=0.3):
    with smtplib.SMTP(smtp.LOOPBACK, server.port, timeout=seconds) as connection:
        connection.sendmail("a@example.org", ["b@example.org"], "Message-ID: <1>\n\nHello")


ERRORS = {
    "refuse": ConnectionRefusedError,
    "hang": smtplib.SMTPServerDisconnected,
    "hang-after-dot": (TimeoutError, smtplib.SMTPServerDisconnected),
}


@pytest.mark.parametrize("fault", list(smtp.FAULTS))
def test_the_mail_server_plays_a_fault_and_is_well_again(fault):
    with smtp.sink() as server:
        with server.play(fault):
            if fault in ERRORS:
                with pytest.raises(ERRORS[fault]):
                    deliver(server)
            elif fault == "later":
                for _ in smtp.STEPS:
                    with pytest.raises(smtplib.SMTPException):
                        deliver(server)
            else:
                deliver(server)
        before = len(server.messages)
        deliver(server)
        assert len(server.messages) == before + 1
        assert server.lost_answers == (fault == "hang-after-dot")


def test_the_clock_of_the_workers_jumps(tmp_path, monkeypatch):
    monkeypatch.setattr(timezone, "now", timezone.now)
    clock, real = tmp_path / "clock", timezone.now
    fork_server.set_clock(clock, 0)
    fork_server.follow_clock(clock)
    for seconds in (0, 3600, -86400):
        fork_server.set_clock(clock, seconds)
        assert round((timezone.now() - real()).total_seconds()) == seconds
