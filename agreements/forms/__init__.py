from .goals import GoalForm, StepForm
from .parts import NO_GOAL, PART_FORMS, PartForm
from .reflections import ReflectionForm
from .renewal import RenewForm
from .signing import SignForm

__all__ = [
    "NO_GOAL",
    "PART_FORMS",
    "GoalForm",
    "PartForm",
    "ReflectionForm",
    "RenewForm",
    "SignForm",
    "StepForm",
]
