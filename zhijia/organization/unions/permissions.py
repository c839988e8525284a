from enum import StrEnum


class Permission(StrEnum):
    VIEW = "unions:union:view"
    EDIT = "unions:union:edit"
    CREATE = "unions:union:create"
    RELATE = "unions:union:relate"
    SUSPEND = "unions:union:suspend"
    LOAD = "unions:roster:load"
    EXPORT = "unions:roster:export"
    PRINT = "unions:code:print"
