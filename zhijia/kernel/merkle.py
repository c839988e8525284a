"""A verifiable append-only log: the Merkle tree of RFC 6962 / RFC 9162 over any 32-byte hash.

The tree is never held whole. Whoever appends keeps a `Frontier` (at most 64 hashes) and stores the nodes that
`extend` hands over; a node `(level, position)` covers the leaves `[position << level, (position + 1) << level)` and
never changes once it exists. A proof needs some 2 log n of them, which `nodes_needed` names so that one query fetches
all.

    frontier, nodes = extend(EMPTY, [leaf_hash(row, sm3) for row in rows], sm3)     # store nodes, remember frontier
    ranges = inclusion_ranges(7, frontier.size)
    proof = prove(ranges, fetch(nodes_needed(ranges)), sm3)
    verify_inclusion(leaf_hash(rows[7], sm3), 7, frontier.size, proof=proof, root=frontier.root(sm3), hashed=sm3)

Source: RFC 9162 section 2.1; docs/rules/kernel.md#ledger-tree
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from secrets import compare_digest
from typing import Final, NamedTuple

Hash = Callable[[bytes], bytes]
"""`kernel.crypto.sm3` or `sha256`: bytes to 32 bytes."""
NodeKey = tuple[int, int]
"""(level, position); level 0 holds the leaf hashes."""
Range = tuple[int, int]
"""Leaves [begin, end) whose subtree hash is one element of a proof."""

MAX_LEVEL: Final = 63


def sha256(content: bytes) -> bytes:
    """SHA-256, for readers who check an export with nothing but common tools."""
    return hashlib.sha256(content).digest()


def leaf_hash(entry: bytes, hashed: Hash) -> bytes:
    """Hash of an entry; the prefix keeps a leaf from ever passing for an inner node."""
    return hashed(b"\x00" + entry)


def node_hash(left: bytes, right: bytes, hashed: Hash) -> bytes:
    """Hash of two subtrees."""
    return hashed(b"\x01" + left + right)


def empty_root(hashed: Hash) -> bytes:
    """Root of the tree without leaves."""
    return hashed(b"")


class Node(NamedTuple):
    """A complete subtree as it is stored, once and for ever. A tuple: two are made for every row of the log."""

    level: int
    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: hashes of its largest complete subtrees, left to right, one for each bit of `size`."""

    size: int = 0
    digests: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.digests) != self.size.bit_count():
            raise ValueError(f"a frontier of {len(self.digests)} hashes is none of {self.size} leaves")

    def root(self, hashed: Hash) -> bytes:
        """The tree head."""
        return _fold(self.digests, hashed) if self.size else empty_root(hashed)


EMPTY: Final = Frontier()


def extend(frontier: Frontier, leaf_hashes: Iterable[bytes], hashed: Hash) -> tuple[Frontier, list[Node]]:
    """The frontier after appending, and every node that is complete now and was not before, in order of completion.

    A node is complete with its last leaf, so a crash between batches loses nothing: append again from the stored
    frontier.
    """
    edge, size = list(frontier.digests), frontier.size
    nodes: list[Node] = []
    for leaf in leaf_hashes:
        level, index, digest = 0, size, leaf
        nodes.append(Node(0, index, digest))
        while index & 1:
            digest = hashed(b"\x01" + edge.pop() + digest)
            index >>= 1
            level += 1
            nodes.append(Node(level, index, digest))
        edge.append(digest)
        size += 1
    return Frontier(size, tuple(edge)), nodes


# --- Proofs ----------------------------------------------------------------------------------------------------------


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What proves that leaf `index` stands in the tree of `size` leaves, nearest first. Raises ValueError if it does
    not.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    begin, end = 0, size
    found: list[Range] = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What proves that the tree of `first` leaves is the beginning of the one of `second`. Empty for equal sizes.

    Raises ValueError unless 0 < first <= second; the empty tree begins every tree and needs no proof.
    """
    if not 0 < first <= second:
        raise ValueError(f"a tree of {first} leaves does not begin one of {second}")
    begin, end = 0, second
    found: list[Range] = []
    while end != first:
        middle = begin + _split(end - begin)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    if begin:
        found.append((begin, end))
    return found[::-1]


def nodes_needed(ranges: Iterable[Range]) -> list[NodeKey]:
    """The stored nodes from which `prove` puts the ranges together."""
    return [key for begin, end in ranges for key in _complete(begin, end)]


def prove(ranges: Sequence[Range], nodes: Mapping[NodeKey, bytes], hashed: Hash) -> list[bytes]:
    """The proof. Raises KeyError for a node that is not given."""
    return [_fold([nodes[key] for key in _complete(begin, end)], hashed) for begin, end in ranges]


def verify_inclusion(leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes, hashed: Hash) -> bool:
    """Whether the leaf hash `leaf` stands at `index` under `root`. Source: RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, digest = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            digest = node_hash(step, digest, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            digest = node_hash(digest, step, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and compare_digest(digest, root)


def verify_consistency(
    first: int, second: int, *, first_root: bytes, second_root: bytes, proof: Sequence[bytes], hashed: Hash
) -> bool:
    """Whether nothing was changed or taken away between two tree heads. Source: RFC 9162 section 2.1.4.2.

    The empty tree is the beginning of every tree, by an empty proof.
    """
    if not 0 <= first <= second:
        return False
    if first in (0, second):
        expected = empty_root(hashed) if first == 0 else second_root
        return not proof and compare_digest(first_root, expected)
    steps = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old, hashed), node_hash(step, new, hashed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step, hashed)
        place, last = place >> 1, last >> 1
    return last == 0 and compare_digest(old, first_root) and compare_digest(new, second_root)


def _split(count: int) -> int:
    """The largest power of two below `count` (>= 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _complete(begin: int, end: int) -> list[NodeKey]:
    """The largest complete subtrees that make up a range of a proof, left to right."""
    keys: list[NodeKey] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        keys.append((level, begin >> level))
        begin += 1 << level
    return keys


def _fold(digests: Sequence[bytes], hashed: Hash) -> bytes:
    *lefts, digest = digests
    for left in reversed(lefts):
        digest = node_hash(left, digest, hashed)
    return digest
