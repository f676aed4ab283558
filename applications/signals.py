"""News of this app for the apps above it."""

from django.dispatch import Signal

# Sent inside the transaction that withdraws; arguments: application, at. A receiver may raise `ActionNotAllowed` to stop it.
application_withdrawn = Signal()
