from enum import StrEnum


class Permission(StrEnum):
    DECIDE = "documents:list:decide"
