"""What the reading room does when somebody becomes a member."""

import logging

from zhijia.organization.members.events import MembershipChanged

log = logging.getLogger("zhijia_reading")


def welcome(event: MembershipChanged) -> None:
    """A new member may borrow from today on. Runs as a task, at least once."""
    if event.kind == "joined":
        log.info("may borrow from %s", event.on.isoformat())
