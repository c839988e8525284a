from enum import StrEnum


class Permission(StrEnum):
    VIEW = "trail:entry:view"
    EXPORT = "trail:export:ask"
    EXPORT_DECIDE = "trail:export:decide"
    VERIFY = "trail:ledger:verify"
    DENIED = "trail:denied:view"
