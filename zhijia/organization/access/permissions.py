from enum import StrEnum


class Permission(StrEnum):
    VIEW = "access:grant:view"
    ASK = "access:grant:ask"
    CHECK = "access:grant:check"
    REVOKE = "access:grant:revoke"
    RESET_ASK = "access:factor:ask"
    RESET_CHECK = "access:factor:check"
