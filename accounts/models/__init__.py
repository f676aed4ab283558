from .code_attempts import AttemptCount
from .people import Profile, User, UserManager
from .vocabulary import Employer, Industry, Language

__all__ = ["AttemptCount", "Employer", "Industry", "Language", "Profile", "User", "UserManager"]
