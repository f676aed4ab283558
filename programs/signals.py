"""Signals of this app for the apps above it. All are sent inside the transaction of the change."""

from django.dispatch import Signal

# The settings of a program were saved: `policy`.
policy_saved = Signal()

# A program was created, with its settings: `program`.
program_created = Signal()
