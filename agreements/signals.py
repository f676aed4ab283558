"""News that travels up: `agreement_signed` is sent inside the transaction of the second signature."""

from django.dispatch import Signal

agreement_signed = Signal()  # version: AgreementVersion, at: datetime
