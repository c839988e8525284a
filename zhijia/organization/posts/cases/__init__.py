"""Elections at a term's end, and changes of posts between them: `terms`, `changes`; `election` is what both founding
and elections ask.
"""

from .changes import POST_CHANGES
from .terms import TERMS

__all__ = ["POST_CHANGES", "TERMS"]
