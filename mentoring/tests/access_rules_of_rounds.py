"""Who may open which page of a matching round; see `access_rules`."""

from __future__ import annotations

from .access_rule import ALL, MATCHERS, READERS, Rule, act, desk, saying
from .access_values import A_DECISION, A_MENTEE, AN_UNMATCHED_MENTEE, JOB

ROUNDS: dict[str, Rule] = {
    "admin:matching_round_workbench": desk(READERS, "round"),
    "admin:matching_round_minutes": desk(READERS, "round"),
    "admin:matching_round_job": desk(READERS, "round_job", **JOB),
    "admin:matching_round_differences": desk(READERS, "round"),
    "admin:matching_round_weakest": desk(READERS, "round"),
    "admin:matching_round_review": desk(READERS, "round"),
    "admin:matching_round_publish": desk(READERS, "round"),
    "admin:matching_round_export": saying(desk(READERS, "round"), table="pairs", format="csv"),
    "admin:matching_round_emails": desk(READERS, "round"),
    "admin:matching_round_emails-shared": Rule(
        READERS, "round", MATCHERS, ALL, {"sort": "fit", "language": "en"}
    ),
    "admin:matching_round_email": Rule(
        READERS, "round", MATCHERS, ALL, {"recipient": AN_UNMATCHED_MENTEE, "partner": "-"}
    ),
    "admin:matching_round_criteria": Rule(READERS, "round", MATCHERS, ALL),
    "admin:matching_round_own-criterion": Rule(READERS, "round", MATCHERS, ALL),
    "admin:matching_round_compare": desk(READERS, "round", mentee=A_MENTEE),
    "admin:matching_round_preview": saying(desk(READERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_run": act(MATCHERS, "round"),
    "admin:matching_round_min-score": act(MATCHERS, "round"),
    "admin:matching_round_pin-several": act(MATCHERS, "round"),
    "admin:matching_round_unpin-several": act(MATCHERS, "round"),
    "admin:matching_round_use-criteria": act(MATCHERS, "round"),
    "admin:matching_round_use-own-criterion": act(MATCHERS, "round"),
    "admin:matching_round_remove-own-criterion": act(MATCHERS, "round"),
    "admin:matching_round_copy": act(MATCHERS, "round"),
    "admin:matching_round_send": act(MATCHERS, "round"),
    "admin:matching_round_send-back": act(MATCHERS, "round"),
    "admin:matching_round_approve": act(MATCHERS, "round"),
    "admin:matching_round_schedule": act(MATCHERS, "round"),
    "admin:matching_round_cancel-publication": act(MATCHERS, "round"),
    "admin:matching_round_discard": act(MATCHERS, "round"),
    "admin:matching_round_undo": act(MATCHERS, "round", version=1),
    "admin:matching_round_mutual": desk(READERS, "round"),
    "admin:matching_round_names": desk(READERS, "round"),
    "admin:matching_round_cancel-run": act(MATCHERS, "round_job", **JOB),
    "admin:matching_round_pin": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_unpin": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_reject": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_allow": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_include": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_choose": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_swap": saying(act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION),
    "admin:matching_round_waive-rule": saying(
        act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION
    ),
    "admin:matching_round_add-capacity": saying(
        act(MATCHERS, "round", mentee=A_MENTEE), **A_DECISION
    ),
}
