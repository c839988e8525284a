"""A membership moves to another union: by the member's own wish, a cadre's, an invitation; claims and founding tasks.

Owns Transfer, ClaimOffer and FoundingTask. Announces `transfer_ended`; hears from `members` who came, ended or moved.
Others may call `services.transfers.invite` and `withdraw_invitation`.

Source: docs/rules/transfers.md, docs/rules/claims.md
"""
