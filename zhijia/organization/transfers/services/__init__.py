"""Writes: transfers, claims and founding tasks."""
