from .matches import MatchAdmin
from .recoveries import AccountRecoveryAdmin

__all__ = ["AccountRecoveryAdmin", "MatchAdmin"]
