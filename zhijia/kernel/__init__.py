"""What every room stands on: no tables and no union words.

The modules here are values and pure functions (money, working days, codes, identifiers ...) and the few seams that let
rooms know of each other without importing upwards (registry, events). Nothing in here reads the clock by itself.
"""
