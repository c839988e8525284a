from enum import StrEnum


class Permission(StrEnum):
    RUN = "founding:case:run"
    DECIDE = "founding:case:decide"
