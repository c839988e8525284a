from enum import StrEnum


class Permission(StrEnum):
    VIEW = "legal:union:view"
    ASK = "legal:registration:ask"
    DECIDE = "legal:registration:decide"
