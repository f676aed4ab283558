"""News of this app for the apps above it."""

from django.dispatch import Signal

# Sent inside the transaction that publishes a round; arguments: match, at.
match_published = Signal()
