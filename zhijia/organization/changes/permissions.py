from enum import StrEnum


class Permission(StrEnum):
    ASK = "changes:change:ask"
    DECIDE = "changes:change:decide"
    READMIT = "changes:change:readmit"
