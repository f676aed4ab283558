from django.apps import AppConfig


class MatchesConfig(AppConfig):
    name = "matches"

    def ready(self) -> None:
        from . import (  # noqa: F401  register themselves
            account_merging,
            alumni_emails,
            care_emails,
            cohort_ends,
            emails,
            follow_ups,
            mentoring_again,
            merge_proposals,
            merge_requests,
            pair_news,
            pause_by_link,
            pause_emails,
            pause_reminders,
            privacy,
            receivers,
            recovering,
            retention,
            sender_policies,
            terms,
            uncovered,
        )
