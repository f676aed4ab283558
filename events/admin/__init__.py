from .events import EventAdmin

__all__ = ["EventAdmin"]
