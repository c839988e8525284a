"""Reads: figures now, on any day and by the month; indicators; ranks, outliers and comparisons; pivots."""

from .figures import Boundaries, current, current_many, figures_of, figures_on, months_of
from .indicators import Headline, Moment, headlines, list_months, read_many

__all__ = [
    "Boundaries",
    "Headline",
    "Moment",
    "current",
    "current_many",
    "figures_of",
    "figures_on",
    "headlines",
    "list_months",
    "months_of",
    "read_many",
]
