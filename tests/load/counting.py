"""After the kills: is all that was acknowledged there, once, whole, and nothing else half done?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import psycopg

from tests.load.people import Worker

Connection = psycopg.Connection[tuple[object, ...]]

NEVER = {
    "applications doubled": """
        SELECT count(*) FROM (SELECT 1 FROM workflow_case WHERE workflow = 'joining.application'
        GROUP BY owner_person_id HAVING count(*) > 1) AS twice""",
    "persons with two open memberships": """
        SELECT count(*) FROM (SELECT 1 FROM members_membership WHERE until IS NULL
        GROUP BY person_id HAVING count(*) > 1) AS twice""",
    "memberships without their one event": """
        SELECT count(*) FROM members_membership AS m WHERE 1 <> (SELECT count(*) FROM members_membershipevent AS e
        WHERE e.membership_id = m.id AND e.kind IN ('joined', 'entered'))""",
    "approved without a membership, or refused with one": """
        SELECT count(*) FROM workflow_case AS c WHERE c.workflow = 'joining.application'
        AND (c.state = 'APPROVED') <> EXISTS
        (SELECT 1 FROM members_membershipevent AS e WHERE e.case_id = c.id AND e.kind = 'joined')""",
    "members without a card": """
        SELECT count(*) FROM members_membershipevent AS e WHERE e.kind = 'joined' AND NOT EXISTS
        (SELECT 1 FROM members_membercard AS c WHERE c.person_id = e.person_id)""",
    "cases without their application": """
        SELECT count(*) FROM workflow_case AS c WHERE c.workflow = 'joining.application' AND NOT EXISTS
        (SELECT 1 FROM joining_joinapplication AS a WHERE a.case_id = c.id)""",
    "moves doubled": """
        SELECT count(*) FROM (SELECT 1 FROM workflow_casehistory
        GROUP BY case_id, move HAVING count(*) > 1) AS twice""",
    "moves without their one line of the trail": """
        SELECT count(*) FROM workflow_case AS c WHERE c.workflow = 'joining.application' AND
        (SELECT count(*) FROM workflow_casehistory AS h WHERE h.case_id = c.id) <>
        (SELECT count(*) FROM audit_auditentry AS a WHERE a.subject_id = c.public_id
        AND a.event = 'workflow.move')""",
    "decided and still in an inbox, or waiting in none": """
        SELECT count(*) FROM workflow_case AS c WHERE c.workflow = 'joining.application'
        AND (c.closed_at IS NULL) <> EXISTS
        (SELECT 1 FROM workflow_inboxentry AS i WHERE i.case_id = c.id AND i.closed_at IS NULL)""",
    "jobs not done": "SELECT count(*) FROM jobs_job WHERE state <> 'done'",
}
"""Sentences that must hold of no row, whatever was killed."""


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def wrong_rows(connection: Connection) -> list[str]:
    counts = {name: connection.execute(statement).fetchone() for name, statement in NEVER.items()}
    return [f"{row[0]} {name}" for name, row in counts.items() if row and row[0]]


def lost_or_changed(connection: Connection, lines: Sequence[Mapping[str, object]]) -> list[str]:
    """Acknowledged applications and decisions that the database does not know, or knows otherwise."""
    told: dict[str, tuple[object, str]] = {}
    for line in lines:
        if line["did"] in ("submitted", "approve", "reject"):
            told[str(line["case"])] = (line["person"], str(line["did"]))
    rows = connection.execute("SELECT public_id, owner_person_id, state FROM workflow_case")
    known = {str(row[0]): row[1:] for row in rows}
    states = {"approve": "APPROVED", "reject": "REJECTED"}
    wrong = []
    for case, (person, did) in told.items():
        owner, state = known.get(case, (None, None))
        if owner != person:
            wrong.append(f"application {case} is lost")
        elif did != "submitted" and state != states[did]:
            wrong.append(f"application {case} was answered {did} and is {state}")
    return wrong


def rows_of_rosters(
    connection: Connection, lines: Sequence[Mapping[str, object]], rosters: Sequence[Sequence[Worker]], union_id: int
) -> tuple[int, list[str]]:
    """How many rows were acknowledged; and what of them is missing, twice, or told otherwise by the file's own result.

    Django must be set up: people are found by the index of their numbers.
    """
    from zhijia.organization.people.selectors import id_digest

    rows = connection.execute(
        "SELECT p.id_digest FROM members_membership AS m JOIN people_person AS p ON p.id = m.person_id "
        "WHERE m.until IS NULL AND m.union_id = %s", [union_id]
    )  # fmt: skip
    members = Counter(str(row[0]) for row in rows)
    expected, wrong = 0, []
    for line in lines:
        if line["did"] != "written":
            continue
        roster = rosters[int(str(line["roster"]))]
        expected += len(roster)
        counts = Counter(members[id_digest("RESIDENT_ID", who.id_number)] for who in roster)
        if counts != {1: len(roster)}:
            wrong.append(f"roster {line['roster']}: {dict(counts)}, how often a row is a member")
        told = connection.execute(
            "SELECT state, figures FROM rosters_rosterload WHERE public_id = %s", [line["load"]]
        ).fetchone()
        state, figures = told or ("lost", {})
        if state != "done" or figures.get("added") != len(roster):
            wrong.append(f"roster {line['roster']} is {state}: {figures}")
    return expected, wrong


def sums_and_seals(environment: Mapping[str, str], *, now: datetime) -> list[str]:
    """Figures counted anew, and the sealed log computed anew."""
    from zhijia.organization.statistics.services import recount

    counted = recount(now=now)
    wrong = [f"{counted.differing} figures differ: {counted.wrong[:5]}"] if counted.differing else []
    command = [sys.executable, "-m", "zhijia.cli", "verify-ledger"]
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    return wrong if done.returncode == 0 else [*wrong, f"the sealed log: {done.stderr[:500]}"]


def clock_functions(*, since: datetime) -> tuple[int, list[str]]:
    """How many there are; and which were not done for their moment at or before `since`, or are still held."""
    from zhijia.foundation.jobs.models import Tick
    from zhijia.kernel import clockwork

    ticks = {row.name: row for row in Tick.objects.all()}
    wrong = []
    for each in clockwork.periodic():
        row = ticks.get(each.name)
        if row is None or row.last_run < each.slot(since) or row.held_until is not None or row.error:
            wrong.append(f"{each.name} was not done: {row and (row.last_run, row.held_until, row.error)}")
    return len(clockwork.periodic()), wrong
