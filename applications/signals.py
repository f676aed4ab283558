"""Signals of this app for the apps above it."""

from django.dispatch import Signal

# Sent inside the transaction of a withdrawal, with the arguments `application` and `at`. A receiver
# may raise ActionNotAllowed to prevent it.
application_withdrawn = Signal()
