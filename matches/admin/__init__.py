from .matches import MatchAdmin
from .merges import AccountMergeAdmin
from .recoveries import AccountRecoveryAdmin

__all__ = ["AccountMergeAdmin", "AccountRecoveryAdmin", "MatchAdmin"]
