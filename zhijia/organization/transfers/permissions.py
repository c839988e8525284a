from enum import StrEnum


class Permission(StrEnum):
    DECIDE = "transfers:transfer:decide"
    BATCH = "transfers:transfer:batch"
    OFFER = "transfers:claim:offer"
    FOUND = "transfers:founding:decide"
