"""Figures: counters of every union and its subtree, exact at any moment, and their monthly snapshots.

Owns `FigureDelta`, `Figure` and `FigureSnapshot`. Listens to `members.events`; a delta is written in the same
transaction as what it counts, a job folds deltas into the ancestors' figures.
"""
