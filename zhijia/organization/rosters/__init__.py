"""Rosters: files of members in, the rows that were refused as cases, full lists out with a second person's word.

Owns `RosterLoad` with its refused rows and mappings, `RosterConflict`, `RosterExport`. Announces nothing of its own;
what it writes, `members` announces. Others call `services.loading` and `services.conflicts`.
"""
