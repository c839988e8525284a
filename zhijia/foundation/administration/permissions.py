from enum import StrEnum


class Permission(StrEnum):
    PARAMETER_VIEW = "administration:parameter:view"
    PARAMETER_PROPOSE = "administration:parameter:propose"
    PARAMETER_CHECK = "administration:parameter:check"
    CALENDAR_PROPOSE = "administration:calendar:propose"
    CALENDAR_CHECK = "administration:calendar:check"
    MESSAGE_PROPOSE = "administration:message:propose"
    MESSAGE_CHECK = "administration:message:check"
