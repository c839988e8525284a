from enum import StrEnum


class Permission(StrEnum):
    VIEW = "members:member:view"
    JOIN_DECIDE = "members:join:decide"
    DISPUTE_DECIDE = "members:dispute:decide"
    FILE_FROM_CARD = "members:card:file"
    ROSTER_LOAD = "members:roster:load"
    EXPORT = "members:roster:export"
    EXPORT_DECIDE = "members:export:decide"
