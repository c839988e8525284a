"""Unions, the employers they cover, and the tree they stand in.

Owns `Union`, `UnionPath`, `UnionName`, `Employer`, `CoveredUnit` and `Serial`. Announces `events.union_opened`,
`union_changed`, `coverage_changed` and `union_moved`. Others call `selectors` (always within a scope, or public facts)
and `services`.
"""
