from .matches import MatchAdmin

__all__ = ["MatchAdmin"]
