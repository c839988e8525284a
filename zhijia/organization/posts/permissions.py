from enum import StrEnum


class Permission(StrEnum):
    VIEW = "posts:board:view"
    TERM_RUN = "posts:term:run"
    TERM_DECIDE = "posts:term:decide"
    POST_ASK = "posts:post:ask"
    POST_DECIDE = "posts:post:decide"
