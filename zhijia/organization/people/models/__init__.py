"""Tables of persons and consents, and of what a person asks about his data."""

from .people import ID_TYPES, Consent, ConsentDraft, ConsentText, Person, Purpose, RealNameCheck, Sex
from .rights import DeletionRecord, LegalHold, RightsRequest

__all__ = [
    "ID_TYPES",
    "Consent",
    "ConsentDraft",
    "ConsentText",
    "DeletionRecord",
    "LegalHold",
    "Person",
    "Purpose",
    "RealNameCheck",
    "RightsRequest",
    "Sex",
]
