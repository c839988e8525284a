"""`verify`: anybody's check of a member's code by HTTP, against /healthz of the same server."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.ground import SECURE, ground, server
from benchmarks.load import CONNECTIONS, client_name, requests_per_second
from benchmarks.people import load_regions, make_people, open_small_tree
from benchmarks.result import Result, interleaved

BAR = 0.3
CARDS = 50
SECONDS = 3.0


def main() -> int:
    with ground() as place:
        now = datetime.now(tz=UTC)
        load_regions(now)
        unions = open_small_tree(now)
        serials = _cards(unions["plant"].pk, now=now)
        with server(place) as url, tempfile.TemporaryDirectory() as folder:

            def checks() -> float:
                """Codes of the present minute, each card in turn."""
                return _verify(url, serials, Path(folder))

            headers = SECURE | {"Host": "127.0.0.1"}
            empty = partial(requests_per_second, f"{url}/healthz", seconds=SECONDS, headers=headers)
            checks(), empty()
            figure, limit = interleaved([checks, empty])
    note = f"client {client_name()}; {CARDS} cards, whole page with signature, card, membership and person"
    print(Result("verify", figure, limit, "requests/s", bar=BAR, rows=CARDS, note=note).line())
    return 0


def _cards(union_id: int, *, now: datetime) -> list[str]:
    from zhijia.kernel.actor import SYSTEM
    from zhijia.organization.members.models import MemberCard
    from zhijia.organization.members.services import memberships
    from zhijia.organization.people import selectors as people
    from zhijia.organization.unions import selectors as unions

    for somebody in make_people(CARDS, first=0, now=now):
        memberships.open_membership(
            SYSTEM, people.get_facts(somebody.person_id), unions.get_facts(union_id), now=now, work_form="employed",
            new_form_group="", occupation="", is_migrant=False, employer_id=None, employer_text="", case_id=None,
        )  # fmt: skip
    return list(MemberCard.objects.values_list("serial", flat=True))


def _verify(url: str, serials: list[str], folder: Path) -> float:
    """Checks in a second. With wrk a script takes the codes in turn; without it one code is asked for again."""
    from django.conf import settings

    from zhijia.kernel import codes

    now = datetime.now(tz=UTC)
    paths = [
        "/v/" + codes.sign_member_code(
            serial, flags=0, province=settings.ZHIJIA_PROVINCE, signer=settings.ZHIJIA_KEYS.signer, now=now
        )
        for serial in serials
    ]  # fmt: skip
    headers = SECURE | {"Host": "127.0.0.1"}
    if client_name() != "wrk":
        return requests_per_second(url + paths[0], seconds=SECONDS, headers=headers)
    script = folder / "checks.lua"
    lines = ",".join(f'"{path}"' for path in paths)
    script.write_text(
        f"local paths, at = {{{lines}}}, 0\n"
        'request = function() at = at % #paths + 1; return wrk.format("GET", paths[at]) end\n',
        encoding="ascii",
    )
    extra = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t", "2", "-c", str(CONNECTIONS), "-d", f"{SECONDS:.0f}s", "-s", str(script), *extra, url]
    started = time.monotonic()
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "requests in" not in output:
        raise RuntimeError(f"after {time.monotonic() - started:.0f} s wrk said: {output}")
    return float(output.split("Requests/sec:")[1].split()[0])


if __name__ == "__main__":
    sys.exit(main())
