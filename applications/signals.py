"""Signals of this app for the apps above it."""

from django.dispatch import Signal

# Sent inside the transaction in which an application is sent to the committee, with the arguments
# `application` and `at`.
application_sent = Signal()
# Sent to learn what a person may do once their application is sent, with the argument
# `application`. A receiver returns an `applications.after_sending.OptionalStep`, or None.
optional_step_asked = Signal()
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
