"""Reads: one's own application and standing, and within a scope for cadres."""

from .applications import (
    MINE,
    WAITING,
    Application,
    better_union,
    find_application,
    get_application,
    last_day_to_appeal,
    list_applications,
    list_queue,
    may_appeal,
    open_application,
    own_application,
    waiting_for_real_name,
    wishes_for_a_union,
)
from .standing import Stand, Standing, standing

__all__ = [
    "MINE",
    "WAITING",
    "Application",
    "Stand",
    "Standing",
    "better_union",
    "find_application",
    "get_application",
    "last_day_to_appeal",
    "list_applications",
    "list_queue",
    "may_appeal",
    "open_application",
    "own_application",
    "standing",
    "waiting_for_real_name",
    "wishes_for_a_union",
]
