from enum import StrEnum


class Permission(StrEnum):
    VIEW = "statistics:figure:view"
