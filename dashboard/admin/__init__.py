"""Committee pages for tables of accounts, notifications and workflow.

Those apps know neither programs nor conflicts of interest, so their pages live here.
"""

from allauth.account import admin as _addresses
from allauth.mfa import admin as _factors
from allauth.socialaccount import admin as _organisations
from allauth.usersessions import admin as _sessions
from django.contrib import admin
from django.contrib.auth import admin as _groups

from . import history, meetings, outbox, pairs, people, vocabulary

__all__ = ["history", "meetings", "outbox", "pairs", "people", "vocabulary"]

# The libraries register pages for sign-in secrets, sessions and groups; the committee must not
# see them.
for _module in (_addresses, _factors, _organisations, _sessions, _groups):
    for _model in [
        model
        for model, page in admin.site._registry.items()
        if type(page).__module__ == _module.__name__
    ]:
        admin.site.unregister(_model)
