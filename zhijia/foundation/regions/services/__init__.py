"""Writing divisions: a full file, or a yearly list of changes."""

from .loading import PACKAGED, PACKAGED_FROM, Loaded, load_file, load_packaged

__all__ = ["PACKAGED", "PACKAGED_FROM", "Loaded", "load_file", "load_packaged"]
