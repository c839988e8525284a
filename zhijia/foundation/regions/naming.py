"""Names with a place in them, as people type them: 莱阳永星公交 for 莱阳市永星公交有限公司."""

from __future__ import annotations

import re

from django.db.models import Q

_ENDINGS = "[省市县区]?"
_SHORTEST = 3
"""Below it a word with endings left out would name half of a province."""


def names(column: str, word: str) -> Q:
    """The condition that `word` is a part of the name in `column`, also where 省, 市, 县 or 区 is left out of it.

    A place has two letters before its ending, so the first two stand together: they sift before the pattern is tried.
    """
    plain = Q(**{f"{column}__contains": word})
    if word.isascii() or len(word) < _SHORTEST:
        return plain
    pattern = _ENDINGS.join(re.escape(letter) for letter in word)
    return plain | (Q(**{f"{column}__contains": word[:2]}) & Q(**{f"{column}__regex": pattern}))
