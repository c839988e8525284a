from enum import StrEnum


class Permission(StrEnum):
    RUN = "reorganizing:change:run"
    DECIDE = "reorganizing:change:decide"
