"""Which pages stand open. Everything is closed by default; an exception is marked at the view, by name.

The sign-in middleware reads the marks, and a contract test lists them, so that no page opens by accident.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Anyone may open this page, signed in or not."""
    view.login_required = False  # type: ignore[attr-defined]
    return view


def before_step_up(view: View) -> View:
    """A page under `/console/` for somebody signed in who has not yet stepped up: the way in itself."""
    view.step_up_required = False  # type: ignore[attr-defined]
    return view


def polled(view: View) -> View:
    """A page that asks for a part of itself again and again: that is nobody's work and keeps no console open."""
    view.polled = True  # type: ignore[attr-defined]
    return view


def is_polled(view: Callable[..., Any]) -> bool:
    return bool(getattr(view, "polled", False))


def is_public(view: Callable[..., Any]) -> bool:
    return not getattr(view, "login_required", True)


def needs_step_up(view: Callable[..., Any]) -> bool:
    """Asked of views under `/console/` alone."""
    return bool(getattr(view, "step_up_required", True)) and not is_public(view)
