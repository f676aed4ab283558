"""Signals of this app for the apps above it."""

from __future__ import annotations

from typing import TypeVar, cast

from django.db import models
from django.dispatch import Signal

Answer = TypeVar("Answer")

# Sent inside the transaction in which an application is sent to the committee, with the arguments
# `application` and `at`.
application_sent = Signal()
# Sent to learn what a person may do once their application is sent, with the argument
# `application`. A receiver returns an `applications.after_sending.OptionalStep`, or None.
optional_step_asked = Signal()
# Sent inside the transaction in which a decision is released, with the arguments `application`,
# `by` (None for the program) and `at`.
application_decided = Signal()
# Sent inside the transaction of a withdrawal, with the arguments `application` and `at`.
application_withdrawn = Signal()
# Sent before a person is asked to confirm a withdrawal, with the argument `application`. A receiver
# returns what else will happen, as a list of sentences for the person.
withdrawal_announced = Signal()
# Sent in the transaction in which a person takes a break and wants their pairs paused, too, with
# the arguments `application`, `until` (the last day) and `at`. Receivers return what is true from
# now on, as a list of sentences for the person.
pairs_to_pause = Signal()
# Sent to learn what has become of an accepted application, with the argument `application`. A
# receiver returns an `applications.outlook.PairNews`, or None if there is nothing to tell.
pair_news_asked = Signal()


def first_answer(
    signal: Signal, answer: type[Answer], sender: type[models.Model], **arguments: object
) -> Answer | None:
    """Return the first `answer` that a receiver of `signal` gives; None if none does."""
    # The stubs say that receivers return text.
    answers = cast("list[tuple[object, Answer | None]]", signal.send(sender, **arguments))
    return next((found for _receiver, found in answers if found), None)
