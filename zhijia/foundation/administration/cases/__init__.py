"""What two operators change, as kinds of cases: `parameters`, `calendar`, `wordings`."""

from .calendar import CALENDARS
from .parameters import PARAMETERS
from .wordings import MESSAGES

KINDS = (PARAMETERS, CALENDARS, MESSAGES)
__all__ = ["CALENDARS", "KINDS", "MESSAGES", "PARAMETERS"]
