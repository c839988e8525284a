"""Reading the log: heads, nodes, and the proofs that convince somebody who trusts only a signed head."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from zhijia.kernel import merkle
from zhijia.kernel.crypto import sm3
from zhijia.kernel.errors import NotFound
from zhijia.kernel.merkle import Frontier, NodeKey

from .models import LogCheck, LogEntry, LogNode, SourceState, TreeHead


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That a row is leaf `index` of the tree of `size`: give `salt` and the row's digest to `rules.leaf_of`, then
    `merkle.verify_inclusion(leaf, index, size, proof=path, root=root, hashed=sm3)`.
    """

    index: int
    size: int
    salt: bytes
    leaf: bytes
    path: tuple[bytes, ...]
    root: bytes


@dataclass(frozen=True, slots=True)
class Consistency:
    """That the tree of `first` leaves is the beginning of the one of `second`."""

    first: int
    second: int
    first_root: bytes
    second_root: bytes
    path: tuple[bytes, ...]


def newest_head() -> TreeHead | None:
    return TreeHead.objects.order_by("-size").first()


def get_head(size: int) -> TreeHead:
    """Raises NotFound."""
    head = TreeHead.objects.filter(size=size).first()
    if head is None:
        raise NotFound
    return head


def nodes(keys: Iterable[NodeKey]) -> dict[NodeKey, bytes]:
    """The stored nodes of these keys; those that are missing are left out."""
    wanted: dict[int, list[int]] = {}
    for level, position in keys:
        wanted.setdefault(level, []).append(position)
    if not wanted:
        return {}
    condition = Q(pk__in=[])
    for level, positions in wanted.items():
        condition |= Q(level=level, position__in=positions)
    rows = LogNode.objects.filter(condition).values_list("level", "position", "digest")
    return {(level, position): bytes(digest) for level, position, digest in rows}


def nodes_between(level: int, begin: int, end: int) -> dict[NodeKey, bytes]:
    """The stored nodes of a level, positions `[begin, end)`."""
    rows = LogNode.objects.filter(level=level, position__gte=begin, position__lt=end).values_list("position", "digest")
    return {(level, position): bytes(digest) for position, digest in rows}


def frontier(size: int) -> Frontier:
    """The right edge of the tree of `size` leaves. Raises KeyError for a missing node."""
    keys = merkle.nodes_needed([(0, size)])
    stored = nodes(keys)
    return Frontier(size, tuple(stored[key] for key in keys))


def prove_row(source: str, row_id: int, *, size: int | None = None) -> Inclusion:
    """Under the newest head, or that of `size`. Raises NotFound for a row not sealed (under it)."""
    entry = LogEntry.objects.filter(source=source, row_id=row_id).first()
    head = newest_head() if size is None else get_head(size)
    if entry is None or head is None or entry.index >= head.size:
        raise NotFound
    ranges = merkle.inclusion_ranges(entry.index, head.size)
    path = merkle.prove(ranges, nodes(merkle.nodes_needed(ranges)), sm3)
    return Inclusion(entry.index, head.size, bytes(entry.salt), bytes(entry.leaf), tuple(path), bytes(head.root))


def prove_consistency(first: int, second: int) -> Consistency:
    """Between two heads. Raises NotFound where there is no such head, or the first is the larger."""
    if first > second:
        raise NotFound
    before, after = get_head(first), get_head(second)
    ranges = merkle.consistency_ranges(first, second)
    path = merkle.prove(ranges, nodes(merkle.nodes_needed(ranges)), sm3)
    return Consistency(first, second, bytes(before.root), bytes(after.root), tuple(path))


def entries_between(begin: int, end: int) -> list[LogEntry]:
    """Leaves `[begin, end)` in order."""
    return list(LogEntry.objects.filter(index__gte=begin, index__lt=end).order_by("index"))


def heads_between(begin: int, end: int) -> Sequence[TreeHead]:
    """Heads of sizes `(begin, end]` in order."""
    return list(TreeHead.objects.filter(size__gt=begin, size__lte=end).order_by("size"))


def settled_id(source: str) -> int:
    return SourceState.objects.filter(name=source).values_list("settled_id", flat=True).first() or 0


def newest_check() -> LogCheck | None:
    return LogCheck.objects.order_by("-id").first()


def list_checks(*, limit: int = 10) -> list[LogCheck]:
    """Newest first."""
    return list(LogCheck.objects.order_by("-id")[:limit])
