from enum import StrEnum


class Permission(StrEnum):
    DECIDE = "joining:application:decide"
    DISPUTE_DECIDE = "joining:dispute:decide"
