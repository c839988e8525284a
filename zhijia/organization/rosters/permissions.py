from enum import StrEnum


class Permission(StrEnum):
    LOAD = "rosters:roster:load"
    EXPORT_DECIDE = "rosters:export:decide"
