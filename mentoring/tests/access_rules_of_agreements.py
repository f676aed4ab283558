"""Who may open which page about agreements and goals; see `access_rules`."""

from __future__ import annotations

from typing import Any

from programs.models import ProgramActivity

from .access_rule import OWNER, PAIR, PUBLIC_ID, Rule, act, form, page, saying


def AN_ITEM(match: Any) -> int:
    """An item of the first weeks in the program of a pair."""
    return ProgramActivity.objects.filter(program=match.program, week=1).earliest("pk").pk


AGREEMENTS: dict[str, Rule] = {
    # --- the agreement: the pair's alone
    "agreements:agreement-detail": page(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:part-update": form(PAIR, "match", match_id=PUBLIC_ID, part="rhythm"),
    "agreements:expectation-exchange": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:not-signed": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:paper-scan": page(PAIR | {"carer"}, "paper_record", record_id=PUBLIC_ID),
    "agreements:wording-update": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-share": act(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-review": page(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-sign": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-print": page(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-pdf": page(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-amend": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-discard": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:agreement-renew": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:reflection": form(PAIR, "ended_match", match_id=PUBLIC_ID),
    "agreements:committee-access": act(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:activity-list": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:first-day": saying(act(PAIR, "match", match_id=PUBLIC_ID), on="2026-01-05"),
    "agreements:first-weeks-tick": saying(
        act(PAIR, "match", match_id=PUBLIC_ID, entry=AN_ITEM), done="yes"
    ),
    "agreements:activity-done": form(PAIR, "activity", activity_id=PUBLIC_ID),
    "agreements:activity-undone": act(PAIR, "activity", activity_id=PUBLIC_ID),
    "agreements:activity-remove": act(PAIR, "activity", activity_id=PUBLIC_ID),
    "agreements:goal-list": page(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:goal-create": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:learning-goal-create": form(OWNER, "mentors_match", match_id=PUBLIC_ID),
    "agreements:goal-review": form(PAIR, "match", match_id=PUBLIC_ID),
    "agreements:goal-detail": page(PAIR, "goal", goal_id=PUBLIC_ID),
    "agreements:goal-update": form(PAIR, "goal", goal_id=PUBLIC_ID),
    "agreements:comment-create": form(PAIR, "match", match_id=PUBLIC_ID, part="goals"),
    "agreements:suggestion-create": form(PAIR, "match", match_id=PUBLIC_ID, part="goals"),
    "agreements:comment-detail": page(PAIR, "comment", comment_id=PUBLIC_ID),
    "agreements:comment-answer": saying(act(PAIR, "comment", comment_id=PUBLIC_ID), words="w"),
    "agreements:comment-accept": saying(
        act(PAIR, "comment", comment_id=PUBLIC_ID), expected_text="1-1"
    ),
    "agreements:comment-set-aside": act(PAIR, "comment", comment_id=PUBLIC_ID),
    "agreements:comment-withdraw": act(PAIR, "comment", comment_id=PUBLIC_ID),
    "agreements:goal-progress": saying(act(PAIR, "goal", goal_id=PUBLIC_ID), state="under_way"),
    "agreements:goal-reach": form(OWNER, "learning_goal", goal_id=PUBLIC_ID),
    "agreements:step-create": saying(act(PAIR, "goal", goal_id=PUBLIC_ID), text="A step"),
    "agreements:step-done": saying(act(PAIR, "goal_step", step_id=PUBLIC_ID), done="yes"),
    "agreements:step-move": saying(act(PAIR, "goal_step", step_id=PUBLIC_ID), to="up"),
    "agreements:step-remove": act(PAIR, "goal_step", step_id=PUBLIC_ID),
    "agreements:step-restore": act(PAIR, "goal_step", step_id=PUBLIC_ID),
}
