"""Fill the database of one size of `bench.scale`, in a process of its own.

`python -m bench.scale_fill PAIRS EMAILS`
"""

from __future__ import annotations

import json
import logging
import sys

from bench.subprocess_runs import set_up_django


def main(pairs: int, emails: int) -> None:
    set_up_django()
    logging.disable(logging.WARNING)  # so many e-mails look like far too many
    from bench import scale_data

    scale_data.fill(pairs, emails)
    print(json.dumps({"pairs": pairs, "emails": emails}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
