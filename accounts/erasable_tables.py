"""Column rules for the tables of the account, and for those that belong to no app of ours."""

from __future__ import annotations

from .column_rules import OWN_ONLY, erased, impersonal, kept, rules

SIGNS_IN = "a secret that signs the person in"
CODES = impersonal("codes and keys that the program makes")
VOCABULARY = impersonal("a word that the installation offers to everyone")
UNUSED = impersonal("a table of Django; it describes the program or stays empty")
OWN = erased(mentions=OWN_ONLY)
SESSION = erased(not_exported="keys and marks of a browser session", mentions=OWN_ONLY)

EMAILS = {
    **rules(
        "notifications",
        {
            "MergedItem": {},
            "MutedStream": {},
            "WeeklyReader": {},
            "WorkHour": {},
            "BouncedAddress": {
                "digest": erased(not_exported="a hash of an own address", mentions="hashes"),
                "status": OWN,
            },
            "WeeklyCount": {"kind": impersonal("counts of a kind of e-mail")},
            "BounceMailbox": {"mailbox problem": impersonal("the state of one mailbox")},
            "KnownState": {
                "topic digest": erased(
                    not_exported="a hash of the last state you were told", mentions="ids and hashes"
                )
            },
            "Notification": {
                "public_id message_id about_type kind lease_token": CODES,
                "sent_to": erased(not_exported="a hash of an own address", mentions="hashes"),
                "key topic": kept(
                    "kind, row ids and number of an e-mail; it keeps the same e-mail from being"
                    " sent twice",
                    not_exported="it only repeats what the other columns say",
                    mentions="ids",
                ),
                "address": erased(
                    not_exported="an own address, which the account's part has",
                    mentions="the address of its recipient",
                ),
                "body": erased(
                    not_exported="texts with sign-in codes, deleted once they were sent",
                    mentions="an e-mail about its recipient",
                ),
                "reason error": erased(mentions="about an e-mail to someone else; without address"),
            },
            "UnsubscribedAddress": {
                "address_key": impersonal(
                    "a keyed hash of an address whose owner wants no e-mail; kept as they asked"
                )
            },
            "OutboxState": {
                "instance_id failing_reconcilers blocked_reason pause_reason": impersonal(
                    "the state of the whole outbox"
                )
            },
        },
    ),
    **rules(
        "workflow",
        {
            "Transition": {
                "about_type from_state to_state": CODES,
                "why": erased(not_exported="reasons that the committee writes for itself"),
            }
        },
    ),
}

ACCOUNTS = {
    **rules(
        "accounts",
        {
            "AttemptCount": {
                "key": impersonal("a keyed hash of an address or session, deleted within an hour")
            },
            "Employer": {
                "name": erased(mentions="the name of an organisation"),
                "key aliases": impersonal("spellings of an organisation's name"),
            },
            "Industry": {"code names": VOCABULARY},
            "Language": {"code names": VOCABULARY},
            "Profile": {
                "job_title place phone call_hours links about availability": OWN,
                "working_languages": OWN,
            },
            "User": {
                "public_id": kept(
                    "a random id; the log of erased people names no one but by it",
                    not_exported="it means nothing outside this installation",
                    mentions="a random id",
                ),
                "password": erased(not_exported=SIGNS_IN, mentions=OWN_ONLY),
                "email name pronouns time_zone language": OWN,
            },
        },
    ),
    **rules("account", {"EmailAddress": {"email": OWN}, "EmailConfirmation": {"key": CODES}}),
    **rules(
        "socialaccount",
        {
            "SocialAccount": {
                "uid": OWN,
                "provider": erased(
                    not_exported="a random key of a program's settings", mentions="a random key"
                ),
                "extra_data": impersonal("stays empty: nothing that a provider says is stored"),
            },
            "SocialApp": {"provider provider_id name client_id secret key settings": UNUSED},
            "SocialToken": {"token token_secret": UNUSED},
        },
    ),
    **rules("mfa", {"Authenticator": {"data": erased(not_exported=SIGNS_IN, mentions=OWN_ONLY)}}),
    **rules(
        "usersessions",
        {"UserSession": {"ip user_agent": OWN, "session_key data": SESSION}},
    ),
    **rules("sessions", {"Session": {"session_key session_data": SESSION}}),
    **rules(
        "admin",
        {
            "LogEntry": {
                "object_id object_repr": impersonal("the name of a table and the id of a row"),
                "change_message": impersonal("names of form fields"),
            }
        },
    ),
    **rules("auth", {"Group": {"name": UNUSED}, "Permission": {"name codename": UNUSED}}),
    **rules("contenttypes", {"ContentType": {"app_label model": UNUSED}}),
}
