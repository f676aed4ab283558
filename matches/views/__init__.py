from .endings import (
    match_ask_committee,
    match_end,
    match_end_confirm,
    match_ending,
    match_ending_withdraw,
    match_next,
    match_talk_first,
)
from .pairs import match_closing, match_detail, match_hello

__all__ = [
    "match_ask_committee",
    "match_closing",
    "match_detail",
    "match_end",
    "match_end_confirm",
    "match_ending",
    "match_ending_withdraw",
    "match_hello",
    "match_next",
    "match_talk_first",
]
