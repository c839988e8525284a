from enum import StrEnum


class Permission(StrEnum):
    VIEW = "members:member:view"
    JOIN_DECIDE = "members:join:decide"
    DISPUTE_DECIDE = "members:dispute:decide"
    FILE_FROM_CARD = "members:card:file"
    TRANSFER_DECIDE = "members:transfer:decide"
    TRANSFER_BATCH = "members:transfer:batch"
    CHANGE_ASK = "members:change:ask"
    CHANGE_DECIDE = "members:change:decide"
    READMIT = "members:change:readmit"
    CLAIM_OFFER = "members:claim:offer"
    FOUNDING_TASK = "members:founding:decide"
    EXPORT = "members:roster:export"
