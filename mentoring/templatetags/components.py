"""Template tags of the design system, described in docs/components.md."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from lucide.templatetags.lucide import lucide

from accounts.models import people
from accounts.timezones import zone_label
from mentoring.form_errors import ErrorSource, errors_of
from programs import committee_admin

register = template.Library()

TASK_WORDS = {
    "completed": (gettext_lazy("Completed"), "ok"),
    "incomplete": (gettext_lazy("Incomplete"), "info"),
    "not_started": (gettext_lazy("Not started"), "info"),
    "cannot_start": (gettext_lazy("Cannot start yet"), "plum"),
    "your_turn": (gettext_lazy("Your turn"), "amber"),
    "waiting": (gettext_lazy("Waiting"), "plum"),
    "problem": (gettext_lazy("There is a problem"), "bad"),
}
NOTICES = {
    "debug": ("info", gettext_lazy("Note:")),
    "info": ("info", gettext_lazy("Note:")),
    "success": ("ok", gettext_lazy("Done:")),
    "warning": ("amber", gettext_lazy("Please note:")),
    "error": ("bad", gettext_lazy("Problem:")),
}
REASON_WORDS = {
    "U": gettext_lazy("Understands"),
    "H": gettext_lazy("Can help"),
    "P": gettext_lazy("Practical"),
    "S": gettext_lazy("Way of working"),
    "W": gettext_lazy("Wishes"),
    "M": gettext_lazy("Matters most"),
    "Q": gettext_lazy("Own question"),
    "!": gettext_lazy("Warning"),
}


Value = TypeVar("Value")


def read(row: object, name: str, default: Value) -> Value:
    """Return a value of a row that may be a dict or an object; `default` where it is None.

    The type of the default is believed, as templates believe theirs.
    """
    found = row.get(name) if isinstance(row, Mapping) else getattr(row, name, None)
    return default if found is None else found


def pick(rows: Iterable[object], *names: str) -> list[dict[str, object]]:
    """Return rows with exactly these values: a component never asks for one that is missing."""
    return [{name: read(row, name, "") for name in names} for row in rows]


@register.simple_tag(takes_context=True)
def chosen_theme(context: template.Context) -> str:
    """ "light" or "dark" if the person chose one, else "": then the system decides."""
    request = context.get("request")
    theme = context.get("theme") or (request.COOKIES.get("theme") if request else "")
    return theme if theme in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def brand(context: template.Context) -> str:
    return str(
        read(context.get("program"), "name", "")
        or getattr(settings, "SITE_NAME", "")
        or _("Mentoring")
    )


@register.simple_tag
def icon(name: str, size: int = 20, stroke_width: float = 2) -> str:
    """Raises lucide.IconDoesNotExist for an unknown name."""
    return drawn(name, size, stroke_width)


def drawn(name: str, size: int, stroke_width: float = 2) -> str:
    return lucide(
        name,
        size=size,
        stroke_width=stroke_width,
        aria_hidden="true",
        focusable="false",
        **{"class": "wm-icon"},
    )


register.filter("zone_label", zone_label)


@register.filter
def tone(state: str) -> str:
    return committee_admin.state_tone(state)


@register.filter
def initials(name: object) -> str:
    """Return a person's initials; "?" for an empty name."""
    return people.initials(str(name)) or "?"


@register.simple_tag
def colon() -> str:
    """Return the colon after a label, with the space that the language sets before it."""
    return pgettext("after a label", ":")


@register.simple_tag
def chip(word: str | Promise, tone: str = "info", icon: str = "") -> str:
    """Show a short state word in a coloured tone, optionally with an icon."""
    return committee_admin.chip(word, tone, drawn(icon, size=16) if icon else "")


@register.simple_tag
def task_chip(state: str) -> str:
    word, tone = TASK_WORDS[state]
    return chip(word, tone, icon="check" if state == "completed" else "")


@register.inclusion_tag("components/_nav_link.html", takes_context=True)
def nav_link(context: template.Context, name: str, label: str) -> dict[str, object]:
    """Link to the page named `name`; marked as current on that page."""
    url = reverse(name)
    request = context.get("request")
    return {"url": url, "label": label, "is_current": request is not None and request.path == url}


@register.inclusion_tag("components/post_button.html")
def post_button(
    label: str,
    name: str,
    *args: str | int,
    about: str = "",
    is_default: bool = False,
    **hidden: str | int,
) -> dict[str, object]:
    """Post to the page named `name` with `args`: a button of the admin in a form of its own.

    `about` says to screen readers which row the button belongs to; `hidden` becomes hidden inputs.
    """
    return {
        "label": label,
        "url": reverse(name, args=args),
        "about": about,
        "is_default": is_default,
        "hidden": hidden,
    }


@register.inclusion_tag("components/notice.html")
def notice(
    text: object, kind: str = "info", url: str = "", action: str | Promise = ""
) -> dict[str, object]:
    tone, word = NOTICES.get(kind, NOTICES["info"])
    return {"text": text, "tone": tone, "word": word, "url": url, "action": action}


@register.inclusion_tag("components/next_step.html")
def next_step(
    title: str, text: str = "", url: str = "", action: str = "", due: str = ""
) -> dict[str, object]:
    """Show the card with the one thing to do next."""
    return {
        "title": title,
        "text": text,
        "url": url,
        "action": action,
        "due": due,
        "your_turn": _("Your turn"),
    }


@register.inclusion_tag("components/path.html")
def path(steps: Iterable[object], label: str = "") -> dict[str, object]:
    """Show a list of steps with the current one marked."""
    return {"steps": pick(steps, "label", "state", "note", "url"), "label": label}


@register.inclusion_tag("components/stepper.html")
def stepper(part: int, total: int, page: int = 1, pages: int = 1) -> dict[str, int]:
    """`page` of `pages`: where the person is in a part of several pages."""
    return {"part": part, "total": total, "page": page, "pages": pages}


@register.inclusion_tag("components/ring.html")
def ring(
    done: int, total: int, label: str = "", size: int = 72, show_label: bool = False
) -> dict[str, object]:
    percent = round(100 * done / total) if total else 0
    label = label or _("%(done)s of %(total)s") % {"done": done, "total": total}
    return {
        "done": done,
        "total": total,
        "percent": percent,
        "label": label,
        "size": size,
        "show_label": show_label,
    }


@register.inclusion_tag("components/task_list.html")
def task_list(tasks: Iterable[object], prefix: str = "task") -> dict[str, object]:
    """`prefix` keeps the ids of two lists on one page apart."""
    return {"tasks": pick(tasks, "label", "url", "hint", "state"), "prefix": prefix}


@register.inclusion_tag("components/summary_list.html")
def summary_list(rows: Iterable[object]) -> dict[str, object]:
    def lines(value: object) -> list[object]:
        given = (
            [value]
            if isinstance(value, (str, Promise)) or not isinstance(value, Iterable)
            else list(value)
        )
        return [line for line in given if str(line).strip()]

    return {
        "rows": [
            {
                "key": read(row, "key", ""),
                "values": lines(read(row, "value", "")),
                "url": read(row, "url", ""),
            }
            for row in rows
        ]
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(source: ErrorSource) -> dict[str, object]:
    return {"errors": list(errors_of(source))}


@register.inclusion_tag("components/person_card.html")
def person_card(
    name: str,
    role: str = "",
    facts: Iterable[object] = (),
    email: str = "",
    phone: str = "",
    level: int = 2,
    call_hours: str = "",
    links: Iterable[str] = (),
) -> dict[str, object]:
    return {
        "call_hours": call_hours,
        "links": links,
        "name": name,
        "role": role,
        "facts": [fact for fact in facts if fact],
        "email": email,
        "phone": phone,
        "level": level,
    }


@register.inclusion_tag("components/why_chips.html")
def why_chips(reasons: Iterable[object], words: bool = False) -> dict[str, object]:
    """`words` shows "Understands" instead of U; screen readers read the word in both."""
    kinds = [(read(reason, "kind", ""), read(reason, "text", "")) for reason in reasons]
    whys = [
        {
            "letter": kind,
            "word": REASON_WORDS[kind],
            "text": capfirst(text) if words else text,
            "is_caution": kind == "!",
        }
        for kind, text in kinds
    ]
    return {"whys": whys, "words": words}


@register.inclusion_tag("components/timeline.html")
def timeline(entries: Iterable[object]) -> dict[str, object]:
    return {"entries": pick(entries, "at", "title", "text", "url")}


@register.inclusion_tag("components/empty_state.html")
def empty_state(why: str, url: str = "", action: str = "", example: str = "") -> dict[str, str]:
    return {"why": why, "url": url, "action": action, "example": example}


@register.inclusion_tag("components/bars.html")
def bars(rows: Iterable[object], message: str) -> dict[str, object]:
    """Show bars on one scale, the largest value at full width, under `message` as heading."""
    rows = list(rows)
    most = max((read(row, "value", 0.0) for row in rows), default=0) or 1
    return {"message": message, "rows": [bar(row, most) for row in rows]}


def bar(row: object, most: float) -> dict[str, object]:
    value: float = read(row, "value", 0)
    return {
        "label": read(row, "label", ""),
        "url": read(row, "url", ""),
        "tone": read(row, "tone", 1),
        "figure": read(row, "figure", value),
        "percent": round(100 * value / most),
    }
