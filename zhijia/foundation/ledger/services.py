"""Sealing rows, and looking whether anything sealed has changed since."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Generator, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from zhijia.kernel import db, merkle
from zhijia.kernel.crypto import sm3
from zhijia.kernel.ids import Randomness
from zhijia.kernel.merkle import EMPTY, Frontier, Node

from . import heads, rules, selectors, sources
from .models import LogCheck, LogEntry, LogNode, SourceState, TreeHead

log = logging.getLogger("zhijia.ledger")

CHUNK = 2_000
SETTLES_AFTER = timedelta(minutes=10)
"""A row whose number is lower than that of one sealed so long ago was written by a transaction that is over."""
MOST_TOLD = 100
_LOCK = "ledger"


# --- Sealing --------------------------------------------------------------------------------------------------------
def seal(*, now: datetime, limit: int = CHUNK, randomness: Randomness = secrets.token_bytes) -> int:
    """Append up to `limit` rows not yet sealed and sign the new head; returns how many, 0 where nothing waits.

    One transaction under a lock: two sequencers at once neither leave a gap nor seal a row twice. Writers never wait.
    """
    with transaction.atomic(), db.advisory_lock(_LOCK):
        head = selectors.newest_head()
        edge = selectors.frontier(head.size) if head else EMPTY
        entries: list[dict[str, Any]] = []
        for source in sources.registered():
            entries += _entries(source, edge.size + len(entries), limit - len(entries), now, randomness)
        if entries:
            edge, nodes = merkle.extend(edge, [entry["leaf"] for entry in entries], sm3)
            db.insert_rows(LogEntry, entries)
            db.insert_rows(LogNode, [node._asdict() for node in nodes])
            _sign(edge, now=now)
        _settle(now=now)
    return len(entries)


def _entries(
    source: sources.Source, first: int, limit: int, now: datetime, randomness: Randomness
) -> list[dict[str, Any]]:
    if limit <= 0:
        return []
    sealed = LogEntry.objects.filter(source=source.name, row_id=OuterRef("pk"))
    waiting = source.model._default_manager.filter(pk__gt=selectors.settled_id(source.name))
    rows = list(waiting.exclude(Exists(sealed)).order_by("pk")[:limit])
    entries = []
    for index, (row, digest) in enumerate(zip(rows, source.digests_of(rows), strict=True), first):
        salt = randomness(rules.SALT_BYTES)
        leaf = rules.leaf_of(salt, source.name, row.pk, digest.stated)
        entries.append(
            {"index": index, "source": source.name, "row_id": row.pk, "salt": salt, "leaf": leaf, "sealed_at": now}
        )
    return entries


def _sign(edge: Frontier, *, now: datetime) -> None:
    signer = settings.ZHIJIA_KEYS.signer
    root = edge.root(sm3)
    signature = signer.sign(rules.head_text(edge.size, root, now))
    db.insert_row(TreeHead, size=edge.size, root=root, at=now, key_id=signer.key_id, signature=signature)


def _settle(*, now: datetime) -> None:
    """Remember how far each table is surely complete, so that the next look for waiting rows starts there."""
    for source in sources.registered():
        done = selectors.settled_id(source.name)
        old = LogEntry.objects.filter(source=source.name, row_id__gt=done, sealed_at__lte=now - SETTLES_AFTER)
        reached = old.aggregate(reached=Max("row_id"))["reached"]
        if reached is None:
            continue
        db.insert_rows(SourceState, [{"name": source.name, "settled_id": 0}], ignore_conflicts=True)
        db.change_rows(SourceState, {"name": source.name}, {"settled_id": reached})


# --- Checking -------------------------------------------------------------------------------------------------------
def check(*, now: datetime, begin: int = 0, limit: int | None = None) -> LogCheck:
    """Compute leaves, nodes and heads of `[begin, begin + limit)` anew from the rows and compare with what is stored.

    Finds any changed byte of a sealed row, a row taken away or slipped in behind the sequencer, a changed node, and a
    head that nobody signed. Writes what it found; a difference is an alarm in the log.
    """
    size = newest_size()
    end = size if limit is None else min(size, begin + limit)
    begin = min(begin, end)
    wrong = [*differences_in(begin, end, now=now), *besides()]
    return note_check(begin, end, size, wrong, now=now)


def newest_size() -> int:
    """Entries under the newest head."""
    head = selectors.newest_head()
    return head.size if head else 0


def differences_in(begin: int, end: int, *, now: datetime) -> list[str]:
    """What differs in leaves `[begin, end)`, at most MOST_TOLD sentences; for who looks part by part."""
    return list(islice(_differences(begin, end, now=now), MOST_TOLD))


def besides() -> list[str]:
    """What no part shows: rows past the sequencer, and heads kept elsewhere that the log does not continue."""
    return [*_slipped_in(), *heads.differing()]


def note_check(begin: int, end: int, size: int, wrong: Sequence[str], *, now: datetime) -> LogCheck:
    """Remember what a look at leaves `[begin, end)` found; a difference is an alarm in the log."""
    wrong = list(wrong[:MOST_TOLD])
    state = "wrong" if wrong else "ok"
    row = LogCheck.objects.create(at=now, begin=begin, end=end, size=size, wrong=wrong, state=state)
    if wrong:
        log.error("the ledger does not agree with its rows", extra={"differing": len(wrong), "wrong": wrong[:10]})
    return row


def _differences(begin: int, end: int, *, now: datetime) -> Iterator[str]:
    try:
        edge = selectors.frontier(begin)
    except KeyError as missing:
        yield f"node {missing} is missing"
        return
    for start in range(begin, end, CHUNK):
        stop = min(start + CHUNK, end)
        entries = selectors.entries_between(start, stop)
        if [entry.index for entry in entries] != list(range(start, stop)):
            yield f"entries are missing between {start} and {stop}"
            return
        yield from _changed_rows(entries, now=now)
        edge = yield from _changed_nodes(edge, entries)


def _changed_rows(entries: Sequence[LogEntry], *, now: datetime) -> Iterator[str]:
    by_source: dict[str, list[LogEntry]] = {}
    for entry in entries:
        by_source.setdefault(entry.source, []).append(entry)
    for name, own in by_source.items():
        source = sources.find(name)
        if source is None:
            yield f"{name}: no capability knows these rows any more"
            continue
        rows = source.model._default_manager.in_bulk([entry.row_id for entry in own])
        present = [entry for entry in own if entry.row_id in rows]
        # Sealed a moment after it was written: the last rows of a month may stand in the next one's first day.
        limit = source.may_be_gone_before(now) + SETTLES_AFTER if source.may_be_gone_before else None
        for entry in own:
            if entry.row_id not in rows and (limit is None or entry.sealed_at >= limit):
                yield f"{name}:{entry.row_id} is gone"
        digests = source.digests_of([rows[entry.row_id] for entry in present])
        for entry, digest in zip(present, digests, strict=True):
            leaf = rules.leaf_of(bytes(entry.salt), name, entry.row_id, digest.actual)
            if leaf != bytes(entry.leaf) or digest.stated != digest.actual:
                yield f"{name}:{entry.row_id} was changed"


def _changed_nodes(edge: Frontier, entries: Sequence[LogEntry]) -> Generator[str, None, Frontier]:
    """Yields what differs, returns the frontier behind the entries. Heads are looked at where they end."""
    signed_heads = selectors.heads_between(edge.size, edge.size + len(entries))
    leaves = [bytes(entry.leaf) for entry in entries]
    grown: list[Node] = []
    done = edge.size
    for head in signed_heads:
        under = entries[edge.size - done : head.size - done]
        edge, nodes = merkle.extend(edge, leaves[edge.size - done : head.size - done], sm3)
        grown += nodes
        root, signed = bytes(head.root), rules.head_text(head.size, bytes(head.root), head.at)
        if edge.root(sm3) != root:
            yield f"the head of {head.size} entries has another root"
        if not settings.ZHIJIA_KEYS.verifier.verify(head.key_id, signed, bytes(head.signature)):
            yield f"the head of {head.size} entries has a wrong signature"
            continue
        # When a row was sealed decides when it may be gone: the signed head says so, not the entry alone.
        late = [entry.index for entry in under if entry.sealed_at != head.at]
        yield from (f"entry {index} tells another time than its head" for index in late)
    edge, nodes = merkle.extend(edge, leaves[edge.size - done :], sm3)
    grown += nodes
    stored = _stored(grown)
    for node in grown:
        if stored.get((node.level, node.position)) != node.digest:
            yield f"node {node.level}/{node.position} was changed"
    return edge


def _stored(nodes: Sequence[Node]) -> dict[merkle.NodeKey, bytes]:
    spans: dict[int, list[int]] = {}
    for node in nodes:
        spans.setdefault(node.level, []).append(node.position)
    found: dict[merkle.NodeKey, bytes] = {}
    for level, positions in spans.items():
        found |= selectors.nodes_between(level, positions[0], positions[-1] + 1)
    return found


def _slipped_in() -> list[str]:
    """Rows that stand where everything was sealed already: written past the sequencer, with an old number."""
    told = []
    for source in sources.registered():
        sealed = LogEntry.objects.filter(source=source.name, row_id=OuterRef("pk"))
        old = source.model._default_manager.filter(pk__lte=selectors.settled_id(source.name))
        keys = old.exclude(Exists(sealed)).order_by("pk").values_list("pk", flat=True)[:10]
        told += [f"{source.name}:{key} was never sealed" for key in keys]
    return told
