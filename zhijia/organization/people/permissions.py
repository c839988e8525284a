from enum import StrEnum


class Permission(StrEnum):
    CONSENT_EDIT = "people:consent:edit"
    CONSENT_PUBLISH = "people:consent:publish"
    SEE_NUMBERS = "people:numbers:see"
    RIGHTS_ANSWER = "people:rights:answer"
    HOLD = "people:hold:decide"
