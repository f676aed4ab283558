from .people import Profile, User, UserManager
from .vocabulary import Employer, Industry, Language

__all__ = ["Employer", "Industry", "Language", "Profile", "User", "UserManager"]
