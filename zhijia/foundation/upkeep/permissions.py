from enum import StrEnum


class Permission(StrEnum):
    VIEW = "upkeep:health:view"
