"""Who may open which page about surveys; see `access_rules`."""

from __future__ import annotations

from typing import Any

from checkins.models import Answer

from .access_rule import CARE, EVERYONE, Admin, Rule, act, desk, page, saying

READERS = frozenset({"reader", "matcher", "member", "carer", "chair", "maintainer", "conflicted"})
COMMITTEE = READERS - {"conflicted"}
ANY_COMMITTEE = READERS | {"outsider"}
CHAIRS = frozenset({"chair", "maintainer", "conflicted"})
ANY_CHAIR = CHAIRS | {"outsider"}


def A_QUESTION(draft: Any) -> int:
    return draft.questions.earliest("position").pk


def ANOTHER_QUESTION(draft: Any) -> int:
    return draft.questions.latest("position").pk


def AN_ANSWER(checkin: Any) -> int:
    rows = Answer.system.filter(checkin=checkin, question__kind="text")
    return rows.values_list("pk", flat=True)[0]


def THE_EDITION_BEFORE(draft: Any) -> int:
    return draft.based_on_id


SURVEYS: dict[str, Rule] = {
    "admin:checkins_survey_words": saying(desk(CHAIRS, "survey_draft"), title_en="A title"),
    "admin:checkins_survey_question-add": desk(CHAIRS, "survey_draft", kind="choice"),
    "admin:checkins_survey_question": desk(CHAIRS, "survey_draft", question=A_QUESTION),
    "admin:checkins_survey_question-move": act(CHAIRS, "survey_draft", question=A_QUESTION),
    "admin:checkins_survey_question-remove": desk(
        CHAIRS, "survey_draft", question=ANOTHER_QUESTION
    ),
    "admin:checkins_survey_preview": desk(READERS, "survey_draft", role="mentor", language="fr"),
    "admin:checkins_survey_test": act(CHAIRS, "survey_draft"),
    "admin:checkins_survey_publish": desk(CHAIRS, "survey_draft"),
    "admin:checkins_survey_retire": desk(CHAIRS, "survey_own"),
    "admin:checkins_survey_start": desk(ANY_CHAIR, "survey"),
    "admin:checkins_wave_trend": page(COMMITTEE, "wave"),
    "admin:checkins_wave_trend-export": saying(desk(COMMITTEE, "wave"), format="csv"),
    "admin:checkins_wave_themes-export": saying(desk(COMMITTEE, "wave"), format="csv"),
    "admin:checkins_checkin_themes": act(CARE, "answered", answer=AN_ANSWER),
    "admin:checkins_wave_before-after": page(COMMITTEE, "cohort"),
    "admin:checkins_wave_before-after-export": saying(desk(COMMITTEE, "cohort"), format="csv"),
    "admin:checkins_wave_cohorts": page(ANY_COMMITTEE),
    "admin:checkins_wave_objectives": page(COMMITTEE, "cohort"),
    "admin:checkins_wave_objectives-export": saying(desk(COMMITTEE, "cohort"), format="csv"),
    "admin:checkins_wave_objective-measure": saying(
        desk(CHAIRS - {"conflicted"}, "objective"), kind="meetings", target="9"
    ),
    "checkins:adjustment-list": page(EVERYONE, "program"),
    "admin:checkins_adjustment_publish": desk(CHAIRS, "adjustment"),
    "admin:checkins_adjustment_withdraw": desk(CHAIRS, "adjustment_draft"),
    "admin:checkins_survey_compare": desk(READERS, "survey_draft", other=THE_EDITION_BEFORE),
}

FEEDBACK_TABLES: dict[str, Admin] = {
    "checkins_theme": Admin("theme", change=CHAIRS, add=ANY_CHAIR),
    "checkins_adjustment": Admin("adjustment", see=READERS, change=CHAIRS, add=ANY_CHAIR),
}
