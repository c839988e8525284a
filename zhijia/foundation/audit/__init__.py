"""The audit trail: append-only rows of values (no foreign keys) on every write, denied try and read of sensitive data.

Owns `AuditEntry`, partitioned by month on PostgreSQL. Others call `services.record`, `record_many` and `record_denied`.
"""
