"""Reads: own ones for members, within a scope for cadres."""
