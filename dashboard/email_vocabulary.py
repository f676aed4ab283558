"""What the committee reads about the placeholders and conditions in the templates of e-mails.

The keys are the expressions of the templates in `templates/emails/`. A new kind of e-mail that uses
a new expression needs its words here; a test names those that are missing.
"""

from __future__ import annotations

from datetime import date, time

from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.editable_texts.vocabulary import (
    CONDITIONS,
    FIXED_KINDS,
    NAME,
    PLACEHOLDERS,
    TEXT,
    Placeholder,
)

DATE, TIME, NUMBER, ADDRESS = _("date"), _("time"), _("number"), _("e-mail address")
EXAMPLE_DAY, EXAMPLE_TIME = date(2027, 3, 12), time(17, 30)
Words = str | Promise


def _day(words: Words, form: str = "DATE_FORMAT") -> Placeholder:
    return Placeholder(DATE, words, lambda: date_format(EXAMPLE_DAY, form))


def _number(words: Words, example: int, *, is_needed: bool = True) -> Placeholder:
    return Placeholder(NUMBER, words, lambda: str(example), is_needed)


def _name(words: Words, example: Words, *, is_needed: bool = True) -> Placeholder:
    return Placeholder(NAME, words, lambda: str(example), is_needed)


def _text(words: Words, example: Words) -> Placeholder:
    return Placeholder(TEXT, words, lambda: str(example))


def _when() -> str:
    return f"{date_format(EXAMPLE_DAY, 'WEEKDAY_FORMAT')}, {time_format(EXAMPLE_TIME)}"


FIRST_NAME, PARTNER = _("first name of the other person of the pair"), "Daniel"
PROGRAM = _name(_("name of the program"), "HR Connect", is_needed=False)
COHORT = _name(_("name of the cohort"), "2027", is_needed=False)
END_OF_PAUSE = _("last day of the pause")
CLOSES_ON = _("last day for applications")
PAIR_ENDS_ON = _("last day of the pair's time together")
MATCHING_DAY = _("day of the matching")
EVENT_DAY = _("day of the event")
PAPER_DAY = _("day of the signature on paper")
MEETING_DAY = _("day of the meeting")

PLACEHOLDERS.update(
    {
        # People. Only the recipient's own name and the program's can be left out.
        "person.first_name|default:person.email": _name(
            _("first name of whoever reads the e-mail"), "Maria", is_needed=False
        ),
        "partner.first_name": _name(FIRST_NAME, PARTNER),
        "partner.first_name|default:partner.name": _name(FIRST_NAME, PARTNER),
        "contact.first_name": _name(FIRST_NAME, PARTNER, is_needed=False),
        "partner.name": _name(_("full name of the other person of the pair"), "Daniel Roy"),
        "partner_name": _name(_("name of the other person of the pair"), "Daniel Roy"),
        "mentee.name": _name(_("full name of the mentee"), "Maria Chen"),
        "mentor.name": _name(_("full name of the mentor"), "Daniel Roy"),
        "carer": _name(_("name of the carer"), "Amina Diallo"),
        "carer.name": _name(_("name of the carer"), "Amina Diallo"),
        "deputy": _name(_("name of the deputy"), "Luc Martin"),
        "deputy.name": _name(_("name of the deputy"), "Luc Martin"),
        "names": _name(_("names of the members who name this deputy"), "Amina Diallo"),
        "member.name": _name(_("name of the committee member who writes"), "Amina Diallo"),
        "taken_by.name": _name(_("name of the new carer"), "Amina Diallo"),
        "prepared_by.name": _name(_("name of who prepared the round"), "Amina Diallo"),
        "inviter_name": _name(_("name of whoever gave the address"), "Daniel Roy"),
        "applicant_name": _name(_("name of the applicant"), "Maria Chen"),
        "asker_name": _name(_("name of who asks to be a pair"), "Daniel Roy"),
        "address": Placeholder(
            ADDRESS, _("e-mail address to sign in with"), lambda: "maria@example.org"
        ),
        # The program and what is in it.
        "program.name": PROGRAM,
        "program_name": PROGRAM,
        "match.program.name": PROGRAM,
        "cohort.name": COHORT,
        "round.name": _name(_("name of the round"), _("Spring round")),
        "event": _name(_("title of the event"), _("An evening for new mentors")),
        "topic": _text(_("topic of the request for support"), _("Giving feedback")),
        "next_part": _text(_("title of the next part of the application"), _("Your needs")),
        # Numbers.
        "count": _number(_("how many"), 3),
        "n": _number(_("how many pairs"), 3),
        "days": _number(_("number of days"), 14),
        "months": _number(_("number of months"), 6),
        "month": _number(_("number of months since the start"), 6),
        "minutes": _number(_("number of minutes"), 30),
        "chair_hours": _number(_("hours until the chair is told"), 24),
        "deputy_hours": _number(_("hours until the deputy is told"), 4),
        "left|length": _number(_("number of parts that are left"), 2),
        "times|length": _number(_("number of suggested times"), 3),
        "tasks": _number(_("number of steps that are left"), 5),
        "checkin.seconds_to_answer": _number(
            _("seconds that answering takes"), 60, is_needed=False
        ),
        "question_count": _number(_("number of questions"), 4),
        "module_count": _number(_("number of parts of the orientation"), 5),
        "orientation_minutes": _number(_("minutes that the orientation takes"), 20),
        "meet_within": _number(_("days until the first meeting"), 14),
        "write_within": _number(_("days until the mentee writes first"), 5),
        "rest_days": _number(_("days between the end of a pair and a new match"), 14),
        "smallest": _number(_("smallest group whose answers are shown"), 5),
        "round.pairs": _number(_("number of proposed pairs"), 12),
        "version.number": _number(_("number of the version"), 2),
        "in_force.number": _number(_("number of the version in force"), 1),
        "meeting.minutes": _number(_("length of the meeting in minutes"), 60),
        # Days and times.
        "check.get_kind_display": _text(_("what was checked"), _("record check")),
        "expires_on|date": _day(_("last day on which the check is valid")),
        "answer_by_on|date": _day(_("last day to answer the question")),
        "answer_by|date": _day(_("day by which the applicant hears from you")),
        'closes_at|date:"MONTH_DAY_FORMAT"': _day(_("last day to answer"), "MONTH_DAY_FORMAT"),
        "cohort.ends_on|date": _day(_("day on which the cohort ended")),
        "closes_on|date": _day(CLOSES_ON),
        'closes_on|date:"DATE_FORMAT"': _day(_("day on which the pair is closed")),
        'cohort.closes_on|date:"DATE_FORMAT"': _day(CLOSES_ON),
        "deniable_until|date": _day(_("last day to say that you did not sign")),
        'ends_on|date:"DATE_FORMAT"': _day(PAIR_ENDS_ON),
        'event.starts_at|date:"MONTH_DAY_FORMAT"': _day(EVENT_DAY, "MONTH_DAY_FORMAT"),
        'event.starts_at|date:"WEEKDAY_TIME_FORMAT"': Placeholder(
            DATE, _("day and time of the event"), _when
        ),
        "until": Placeholder(TIME, _("end of the event"), lambda: time_format(EXAMPLE_TIME)),
        'first|date:"MONTH_DAY_FORMAT"': _day(_("the suggested day"), "MONTH_DAY_FORMAT"),
        'longer|date:"DATE_FORMAT"': _day(_("last day of a longer pause")),
        "match.ends_on|date": _day(PAIR_ENDS_ON),
        'match.ends_on|date:"DATE_FORMAT"': _day(PAIR_ENDS_ON),
        'match.introduced_at|date:"DATE_FORMAT"': _day(_("day of the introduction")),
        'match.not_in_touch_at|date:"DATE_FORMAT"': _day(_("day of the answer")),
        "matching_on|date": _day(MATCHING_DAY),
        'starts_at|date:"MONTH_DAY_FORMAT"': _day(_("day of the interview"), "MONTH_DAY_FORMAT"),
        "starts_at|time": Placeholder(
            TIME, _("time of the interview"), lambda: time_format(EXAMPLE_TIME)
        ),
        'meeting.starts_at|date:"MONTH_DAY_FORMAT"': _day(MEETING_DAY, "MONTH_DAY_FORMAT"),
        'meeting.starts_at|date:"WEEKDAY_FORMAT"': _day(MEETING_DAY, "WEEKDAY_FORMAT"),
        "meeting.starts_at|time": Placeholder(
            TIME, _("time of the meeting"), lambda: time_format(EXAMPLE_TIME)
        ),
        "meeting.get_mode_display": _text(_("how they meet"), _("on video")),
        'sent_at|date:"DATE_FORMAT"': _day(_("day of the suggestion")),
        "mine.paper_date|date": _day(PAPER_DAY),
        "theirs.paper_date|date": _day(PAPER_DAY),
        "pause.back_on|date": _day(_("first day after the pause")),
        "pause.last_day|date": _day(END_OF_PAUSE),
        'pause.last_day|date:"DATE_FORMAT"': _day(END_OF_PAUSE),
        "person.time_zone|zone_label": _text(
            _("time zone of whoever reads the e-mail"), _("Toronto")
        ),
        'since|date:"DATE_FORMAT"': _day(_("since when")),
        "time": _text(_("hours of the pair"), _("14 hours")),
        'until|date:"DATE_FORMAT"': _day(_("last day of the role")),
        "when": Placeholder(DATE, _("day and time of the meeting"), _when),
    }
)

CONDITIONS.update(
    {
        "edited_subject": "",  # a round's own words win; its page says so
        "edited_text": "",
        "answer_by_on": _("while the day for the answer is ahead"),
        "answer_by": _("when the day of the answer is known"),
        "application.is_mentor": _("to mentors"),
        "not application.is_mentor": _("to mentees"),
        "code_is_asked": _("when the code of conduct has changed"),
        "orientation_is_asked": _("when the orientation has changed"),
        "not application.orientation_passed_at": _("until the orientation is passed"),
        "not application.review_started_at": _("until the review has started"),
        "chooses": _("to who chooses carers"),
        "closes_on": _("when applications close on a day"),
        "cohort.closes_on": _("when applications close on a day"),
        "contact": _("when the pair may see how to reach each other"),
        'application_state == "submitted"': _("when the application was never answered"),
        'application_state == "waitlisted"': _("when they were on the waiting list"),
        'contact_request.state == "promised"': _("when the mentor will ask the person"),
        'contact_request.state == "shared"': _("when the contact was shared"),
        "deniable_until": _("while the signature can be denied"),
        "ends_on": _("when the end of the pair has moved"),
        "event.cancel_reason": _("when a reason was given"),
        "event.place": _("when there is a place"),
        "facts": _("when there are facts to show"),
        "first_words_url": _("when the person can still write to the committee"),
        "has_ended": _("when the pair has ended"),
        "has_hours": _("when hours were recorded"),
        "in_common": _("when they have something in common"),
        "in_force": _("when a version is in force"),
        "not in_force": _("when no version is in force"),
        "is_asked": _("when this person is asked"),
        "is_cancelled": _("when the meeting is cancelled"),
        "was_set": _("when the date was agreed"),
        "is_confirmed": _("when the address was confirmed"),
        "is_mentee": _("to the mentee"),
        "is_mentor": _("to the mentor"),
        "application.is_for_pair": _("when two people have asked to be a pair"),
        "is_asker_mentor": _("when who asks would be the mentor"),
        "is_accepted": _("when the committee accepts the pair"),
        "needs_orientation": _("to a mentor who has not passed the orientation"),
        "may_apply": _("to someone whose application was only for this pair"),
        "words": _("when the committee has written words for the two"),
        "is_applicant": _("to the applicant"),
        "is_off": _("when the date is off"),
        "when": _("when there is or was a date"),
        "is_of_mentee": _("when it is about the mentee"),
        "is_ended": _("when the pair has ended"),
        "is_mistake": _("when the pair was made in error"),
        "is_of_pair": _("when it is a goal of both"),
        "is_own": _("to the member whom it is about"),
        "is_reminder": _("in a reminder"),
        "is_request": _("when someone has asked for help"),
        "is_set": _("when the date is agreed"),
        "is_urgent": _("when it is urgent"),
        "is_waiting": _("on the waiting list"),
        "join_link": _("when the event is online"),
        "left": _("when parts are left"),
        "longer": _("when the pause can be longer"),
        "match.ends_on": _("when the end is known"),
        "match.not_in_touch_at": _("when the mentee has answered"),
        "matching_on": _("when the day of the matching is known"),
        "may_mentor": _("to who may become a mentor"),
        'meeting.state == "set"': _("when the date was agreed"),
        "mine": _("to who signed"),
        "theirs": _("when the other person signed"),
        "needs_url": _("when it also asks about the needs"),
        "changes_url": _("when the committee has changed something because of answers"),
        "other_help": _("when the program lists other help"),
        "partner_has_signed": _("when the other person has signed"),
        "partner_lines": _("when the other person was told too"),
        "place": _("when there is a place"),
        "prepared_by": _("when it is known who prepared the round"),
        'reason_code == "asked"': _("when no mentor was left after one was asked"),
        'reason_code == "left_out"': _("when the committee left the person out"),
        'reason_code == "others"': _("when the mentors have another mentee"),
        'reason_code == "places"': _("when there were too few places"),
        "rest_days": _("when there is a rest before a new match"),
        "steps": _("when the first question can be answered in the e-mail"),
        "tasks": _("when steps are left"),
        "tells_chair": _("when the chair is told next"),
        "tells_deputy": _("when the deputy is told next"),
        "times": _("when times are suggested"),
        "until": _("when the role has an end"),
        "version.number > 1": _("from the second version on"),
    }
)  # fmt: skip

SHORT_TEXT = _("You write its words under “Short texts by month”.")
ABOUT_ALL_PROGRAMS = _("It is about all programs of a member at once.")
FIXED_KINDS.update(
    {
        "committee-week": ABOUT_ALL_PROGRAMS,
        "reading-digest": ABOUT_ALL_PROGRAMS,
        "announcement": _("You write each one yourself."),
        "announcement-test": _("It shows the announcement that you wrote."),
        "learning-touch": SHORT_TEXT,
        "learning-touch-test": SHORT_TEXT,
        "email-text-test": _("It shows the texts that you wrote."),
        "several-at-once": _("It only lists other e-mails, with their own texts."),
        "support-answer": _("You write each answer yourself."),
        "survey-test": _("It shows the survey that you wrote."),
        "test-email": _("It only tells you that e-mails arrive."),
        "mail-check-worse": _("It is about this installation, not about your program."),
        "opening-confirm": _("It confirms an e-mail address, which is a matter of security."),
    }
)
