"""Persons: who somebody is, how surely we know it, and what he agreed to.

Owns `Person`, `RealNameCheck`, `ConsentText` and `Consent`. Announces `events.person_verified` and `person_bound`.
Others call `selectors` and `services`; ID and mobile numbers leave this room masked, or read with an audit row.
"""
