"""Borrowing from a union's reading room: an example of a scenario that plugs in."""
