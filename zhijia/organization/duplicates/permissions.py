from enum import StrEnum


class Permission(StrEnum):
    MERGE_ASK = "duplicates:merge:ask"
    MERGE_DECIDE = "duplicates:merge:decide"
    CORRECT = "duplicates:member:correct"
