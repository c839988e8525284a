"""The list kit: one declaration gives a register its page, search, filters and order, pages by key, the whole row
that opens, ticks with an answer a row, and a table of what is filtered.

    CLIENTS = Listing("clients", "系统对接", head=Column("系统", "client.name"), columns=(...), opens=To(...))

    def client_list(request: Request) -> HttpResponseBase:
        request.actor.require_anywhere(Permission.VIEW)
        return answer(CLIENTS, request, partial(selectors.list_clients, request.actor))

Source: docs/rules/lists.md
"""

from .bulk import NOTHING, Bulk, Deed, Outcome, Ticked, outcomes
from .columns import Cell, Column, Day, Labelled, Link, Moment, Money, Number, Tag, To, When
from .declaring import Button, Empty, Filter, Listing, Query, View
from .pages import Choice, answer, context, show, shown, table

__all__ = [
    "NOTHING", "Bulk", "Button", "Cell", "Choice", "Column", "Day", "Deed", "Empty", "Filter", "Labelled", "Link",
    "Listing", "Moment", "Money", "Number", "Outcome", "Query", "Tag", "Ticked", "To", "View", "When", "answer",
    "context", "outcomes", "show", "shown", "table",
]  # fmt: skip
