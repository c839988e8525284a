"""Memberships: joining, being bound to a roster row, the card, and one dated row per stay.

Owns `Membership`, `MembershipEvent`, `JoinApplication` and `MemberCard`. Announces `events.membership_changed`.
Others call `selectors` (within a scope) and `services`.
"""
