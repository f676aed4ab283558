from .matches import Match

__all__ = ["Match"]
