"""Cases that move through states: one table of moves each, with history, inbox, deadlines and timeline.

Owns `Case`, `CaseHistory`, `InboxEntry` and `Deadline`. A capability keeps its own row beside the case and declares a
`Workflow` in its `rules.py`; it changes the state only by `services.open_case`, `move` and `move_many`.
"""
