"""Batches of made-up documents by two persons, and one number looked at again: `batches`, `checks`."""

from .batches import BATCHES
from .checks import CHECKS

__all__ = ["BATCHES", "CHECKS"]
