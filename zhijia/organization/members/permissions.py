from enum import StrEnum


class Permission(StrEnum):
    VIEW = "members:member:view"
    FILE_FROM_CARD = "members:card:file"
    EXPORT = "members:roster:export"
