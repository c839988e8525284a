from enum import StrEnum


class Permission(StrEnum):
    VIEW = "members:member:view"
    JOIN_DECIDE = "members:join:decide"
    DISPUTE_DECIDE = "members:dispute:decide"
    FILE_FROM_CARD = "members:card:file"
    EXPORT = "members:roster:export"
