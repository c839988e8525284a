"""No plain hash of anything personal is kept: a number has so few digits that its hash is tried back in a moment."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "zhijia"

PLAIN = {
    "config/settings/test": "the keys of the test suite",
    "foundation/accounts/rules": "a little work over a challenge of ours; nothing of it is kept",
    "foundation/administration/cases/parameters": "a parameter's code and region, to keep one case open",
    "foundation/clients/rules": "a request's body inside a keyed signature; nothing of it is kept",
    "foundation/ledger/rules": "salted commitments over keyed digests",
    "foundation/notify/ports": "HMAC of a request to the gateway",
    "foundation/ui/build": "names of built files",
    "foundation/ui/installing": "the offline program's version",
    "foundation/upkeep/backups": "checksums of a backup's sealed files, kept beside them",
    "foundation/upkeep/copying": "a sum over all rows of a table, shown to who copies; kept nowhere",
    "foundation/wechat/services": "a signature that WeChat prescribes",
    "organization/people/services/consents": "a published wording, shown to everybody",
    "organization/people/sources": "HMAC of a request to the authority",
    "organization/people/texts": "a published wording, shown to everybody",
}
"""Modules outside the kernel that hash without a key or sign a request, and why that is right."""

_HASH = re.compile(r"\bhashlib\b|\bsm3(?:_of)?\(|\bmerkle\.sha256\(")


def test_who_hashes_without_a_key_is_named_with_a_reason() -> None:
    found = set()
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if {"tests", "migrations"} & set(parts) or parts[0] == "kernel":
            continue
        if _HASH.search(path.read_text(encoding="utf-8")):
            found.add("/".join(parts))
    assert found == set(PLAIN)
