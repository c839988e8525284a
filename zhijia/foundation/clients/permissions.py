from enum import StrEnum


class Permission(StrEnum):
    VIEW = "clients:client:view"
    REGISTER = "clients:client:register"
    CHECK = "clients:client:check"
    SUSPEND = "clients:client:suspend"
