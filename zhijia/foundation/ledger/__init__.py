"""A verifiable append-only log: rows of append-only tables, sealed in batches into a Merkle tree under signed heads.

Owns entries, nodes, tree heads and the record of checks. A capability registers its table in `apps.py` by
`sources.register`; nobody who writes a row waits for the tree. Source: RFC 9162, docs/rules/ledger.md.
"""
