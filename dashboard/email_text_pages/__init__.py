"""The pages on which a committee reads and writes the texts of its program's e-mails."""

from . import overview, previews, versions, writing

__all__ = ["overview", "previews", "versions", "writing"]
