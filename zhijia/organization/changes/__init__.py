"""What becomes of a membership besides moving: kept, taken up again, given up, taken away, ended by death; appeals.

Owns MembershipChange and the rules of retirement. Hears from `members` that a membership ended or was handed over.
Others may ask whether who was expelled may join again (`services.require_may_join`), and read a member's history
(`selectors.timeline`).

Source: docs/rules/changes.md
"""
