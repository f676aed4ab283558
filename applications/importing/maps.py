"""A map file (TOML) says what the columns and values of an export mean.

ignore = ["Start time"]        # every other column must be named: none is dropped silently

[application]
state = "accepted"             # or "submitted" (default): the committee reviews them first
orientation_passed = true      # the program vouches for it
code_accepted = true
twice = "later"                # which row of a person counts: "later", "earlier", or "stop";
                               # "join" if each row has one more answer of the person
skip_without_address = true    # leave out rows without an e-mail address, such as a total
import_without_address = true  # or import them: known by id or name, without e-mails so far

[fields.email]
column = "E-mail address"
[fields.role]                  # only if a column says who applies as what: mentee, mentor, both
column = "I want to be"
[fields.state]                 # rows of closed applications are left out
column = "State"
[fields.cohort]                # rows of other cohorts are left out
column = "Cohort"
[fields.first_name]            # or [fields.name] with one column, or several in their order
column = "First name"
[fields.last_name]
column = "Last name"
[fields.place]
column = "Town"
clear = true                   # an empty cell erases what is stored; without it, it is kept
                               # with several columns also a list of those that erase
[fields.rank]                  # only with twice = "join": the place of the row's answer, 1 is first
column = "Priority"
[fields.capacity]
column = "How many mentees?"
values = {"One mentee only, please!" = 1, "I'm willing to take on two mentees." = 2}
[fields.topics]
column = "Which skills?"
split = ";"
remove = "Skill: "
create = true                  # unknown answers become entries of the program's vocabulary
rename = {"Pay" = "Total rewards", "Other" = ""}   # what words are called here; "" leaves one out

[fields.availability]
column = "When?"
values = {"Late in the day" = "mon-evening tue-evening"}

[attributes.sites]             # a question of this program only; a round can use it
pivot = {"Where: North" = "North", "Where: South" = "South"}
keep = ["Yes", "Maybe"]
drop = ["No"]                  # if given, any other answer than these is reported

[mentors.fields.capacity]      # for the file of the mentors only; [mentees...] likewise
column = "How many mentees?"

[both]                         # these people also get an application in the other role
column = "Both mentor and mentee"
values = ["yes"]
drop = ["not this year"]       # answers that say no in other words; any others are reported
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from applications.help_choices import SEVERAL
from applications.models import WAY_QUESTIONS
from programs.spellings import fold

SINGLE = {
    "email", "role", "state", "cohort", "name", "first_name", "last_name", "key", "pronouns",
    "language", "time_zone", "employer", "job_title", "level", "years_experience", "place", "phone",
    "about",
    "situation", "hopes", "mode", "travel_km", "hours_per_month", "rhythm_days", "capacity",
    "is_first_time",
    "commitment", "needs", "limits", "accommodations", "rank", "matters_most",
    *(f"way_{question.code}" for question in WAY_QUESTIONS),
}  # fmt: skip
LISTS = {
    "industries", "languages", "availability", "topics", "experiences", "prefer", "avoid",
    *SEVERAL,
}  # fmt: skip
NAMES = {"prefer", "avoid"}
FIELDS = SINGLE | LISTS
NEVER_CLEARED = {
    "email", "role", "state", "cohort", "name", "first_name", "last_name", "key", "language",
    "time_zone", "commitment", "rank",
}  # fmt: skip
ROLE_TABLES = {"mentee": "mentees", "mentor": "mentors"}


@dataclass(frozen=True)
class FieldMap:
    """Where a field comes from and how its answers are spelled; `values` has folded keys."""

    columns: tuple[str, ...] = ()
    join: str = " "
    splits: Mapping[str, str] = field(default_factory=dict)  # {folded column: separator}
    values: Mapping[str, object] = field(default_factory=dict)
    spellings: tuple[str, ...] = ()
    remove: str = ""
    default: object = None
    create: bool = False
    pivot: Mapping[str, str] = field(default_factory=dict)
    keep: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()  # answers of a grid that don't choose their option
    weight: int = 2
    depth: str = ""
    clears: frozenset[str] = frozenset()  # folded columns of which an empty cell erases
    # What the words of the file are called in the vocabulary, "" to leave one out; folded keys.
    rename: Mapping[str, str] = field(default_factory=dict)
    add: frozenset[str] = frozenset()  # words to add, folded, also without `create`
    shared: bool = False  # a new question of the program is shared with the match

    @property
    def clear(self) -> bool:
        """Whether empty cells erase what is stored."""
        return bool(self.clears)

    def split(self, column: str) -> str:
        """Return the separator between the answers of a column, "" if it holds one."""
        return self.splits.get(fold(column), "")

    def has_column(self, heading: str) -> bool:
        return fold(heading) in map(fold, self.columns)

    def option(self, heading: str) -> str:
        """Return the option of a grid's column, "" for any other column."""
        wanted = fold(heading)
        return next((one for column, one in self.pivot.items() if fold(column) == wanted), "")


@dataclass(frozen=True)
class RosterMap:
    """What the columns of a spreadsheet mean, and what happens to the imported applications."""

    fields: Mapping[str, FieldMap]
    attributes: Mapping[str, FieldMap]
    state: str = "submitted"
    orientation_passed: bool = False
    code_accepted: bool = False
    twice: str = "stop"  # which row of a person counts, or that the import stops
    skip_without_address: bool = False  # leave out rows such as a total below the table
    import_without_address: bool = False  # people are known by id or name until they have one
    encoding: str = ""
    both: FieldMap | None = None
    ignore: frozenset[str] = frozenset()
    matching: Mapping[str, object] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Return every column that the map names, as written."""
        maps = [
            *self.fields.values(),
            *self.attributes.values(),
            *([self.both] if self.both else []),
        ]
        return [column for one in maps for column in (*one.columns, *one.pivot)]

    def question(self, heading: str) -> str:
        """Return the name of the program's own question that a column answers, "" for none."""
        own = self.attributes.items()
        return next((n for n, one in own if one.has_column(heading) or one.option(heading)), "")

    def knows(self, heading: str) -> bool:
        """Return whether the map says what a column is, or to ignore it."""
        return fold(heading) in self.ignore or fold(heading) in map(fold, self.columns)
