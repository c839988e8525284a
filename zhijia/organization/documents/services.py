"""What others ask before they begin with a document, and telling whoever asked. Source: docs/rules/documents.md"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from zhijia.foundation.notify import services as notify
from zhijia.foundation.ui.site import current_site
from zhijia.foundation.workflow.selectors import Case
from zhijia.kernel.errors import RuleBroken
from zhijia.organization.people import services as people_services
from zhijia.organization.people.events import PersonBound, PersonCorrected
from zhijia.organization.unions import selectors as unions

from . import rules, selectors
from .models import DocumentCheck, ListedNumber

PLACE: Final = "documents_documentcheck.mobile"


def require_free(person_id: int) -> None:
    """Before anything is begun with a person's document. Raises RuleBroken `document.check` with where to go."""
    entry = selectors.listed_person(person_id)
    if entry is not None:
        raise _go_there(entry)


def _go_there(entry: ListedNumber) -> RuleBroken:
    union = selectors.union_of(entry)
    return rules.go_there(union.name, union.phone, current_site().hotline)


def require_lifted(person_id: int) -> None:
    """Before somebody is taken in; asked after the case has moved, so that a listing at the same moment is seen.

    Raises RuleBroken `document.listed`.
    """
    entry = selectors.listed_person(person_id)
    if entry is not None:
        raise rules.not_yet(selectors.union_of(entry).name)


def follow_bound(event: PersonBound) -> None:
    """An account took a roster person: not by a listed document. The binding is undone with the transaction."""
    require_free(event.person_id)


def follow_corrected(event: PersonCorrected) -> None:
    """A document was put right: not by a listed one. The correction is undone with the transaction."""
    if event.has_new_number:
        require_free(event.person_id)


def tell(case: Case, check: DocumentCheck, template: str, *, now: datetime) -> None:
    """In the app whom we know, by text whoever could not be bound; nobody where a cadre asked."""
    union = unions.get_facts(case.unit_id)
    context = {"union": union.name, "phone": union.phone or current_site().hotline}
    if case.owner_person_id is not None:
        notify.send(template, person_id=case.owner_person_id, context=context, now=now, case_public_id=case.public_id)
    elif check.mobile_sealed:
        number = people_services.open_mobile(check.mobile_sealed, table=PLACE, row=case.public_id)
        notify.send_to_number(template, number, context, now=now)
