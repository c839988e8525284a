from enum import StrEnum


class Permission(StrEnum):
    LOAD = "regions:division:load"
