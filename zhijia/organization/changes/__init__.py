"""What becomes of a membership besides moving: kept, taken up again, given up, taken away, ended by death; appeals.

Owns MembershipChange and the rules of retirement. Hears from `members` that a membership ended or was handed over, and
refuses there who was expelled and wants to join again. Others may read a member's history (`selectors.timeline`).

Source: docs/rules/changes.md
"""
