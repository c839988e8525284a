"""Writing persons: `identities` (real name, accounts bound) and `consents` (given, taken back, worded anew)."""

from zhijia.organization.people.sealing import Identity, mobile_columns, sealed_columns

from .consents import (
    give_consents,
    keep_agreements,
    publish_consent_text,
    publish_defaults,
    withdraw_consent,
)
from .identities import (
    Identified,
    Proof,
    file_code_wait,
    identify,
    open_mobile,
    proof_needed,
    read_identity,
    rebind,
    recheck_pending,
    send_file_code,
)
from .merging import correct_person, merge_person, unmerge_person
from .profile import change_profile, keep_said
from .rosters import enter_person

__all__ = [
    "Identified",
    "Identity",
    "Proof",
    "change_profile",
    "correct_person",
    "enter_person",
    "file_code_wait",
    "give_consents",
    "identify",
    "keep_agreements",
    "keep_said",
    "merge_person",
    "mobile_columns",
    "open_mobile",
    "proof_needed",
    "publish_consent_text",
    "publish_defaults",
    "read_identity",
    "rebind",
    "recheck_pending",
    "sealed_columns",
    "send_file_code",
    "unmerge_person",
    "withdraw_consent",
]
