from enum import StrEnum


class Permission(StrEnum):
    LEND = "reading:loan:lend"
