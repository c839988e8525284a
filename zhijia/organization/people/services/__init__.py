"""Writing persons: `identities` (real name, accounts bound) and `consents` (given, taken back, worded anew)."""

from zhijia.organization.people.sealing import Identity, mobile_columns, sealed_columns

from .consents import (
    decide_text,
    draft_text,
    give_consents,
    keep_agreements,
    publish_consent_text,
    publish_defaults,
    withdraw_consent,
    withdraw_draft,
)
from .identities import Identified, identify, open_mobile, read_identity, rebind, recheck_pending

__all__ = [
    "Identified",
    "Identity",
    "decide_text",
    "draft_text",
    "give_consents",
    "identify",
    "keep_agreements",
    "mobile_columns",
    "open_mobile",
    "publish_consent_text",
    "publish_defaults",
    "read_identity",
    "rebind",
    "recheck_pending",
    "sealed_columns",
    "withdraw_consent",
    "withdraw_draft",
]
