from .closing import (
    match_closing,
    match_keep_in_touch,
    match_mentor_again,
    match_thank_you,
    match_thank_you_send,
    match_thank_you_withdraw,
)
from .endings import (
    match_ask_committee,
    match_end,
    match_end_confirm,
    match_ending,
    match_ending_withdraw,
    match_next,
    match_talk_first,
)
from .merge_links import merge_stop, merge_yes
from .merges import merge_ask, merge_code, merge_confirm, merge_drop
from .pairs import match_detail, match_hello
from .pauses import match_pause, match_pause_confirm, match_pause_end
from .recoveries import recovery_code, recovery_stop

__all__ = [
    "match_ask_committee",
    "match_closing",
    "match_detail",
    "match_end",
    "match_end_confirm",
    "match_ending",
    "match_ending_withdraw",
    "match_hello",
    "match_keep_in_touch",
    "match_mentor_again",
    "match_next",
    "match_pause",
    "match_pause_confirm",
    "match_pause_end",
    "match_talk_first",
    "match_thank_you",
    "match_thank_you_send",
    "match_thank_you_withdraw",
    "merge_ask",
    "merge_code",
    "merge_confirm",
    "merge_drop",
    "merge_stop",
    "merge_yes",
    "recovery_code",
    "recovery_stop",
]
