"""The list kit: one declaration gives a register its page, its search, filters and order, its pages by key, the whole
row that opens, ticks with one answer a row, and a table of what is filtered.

    CLIENTS = Listing("clients", "系统对接", head=Column("系统", "client.name"), columns=(...), opens=address_of)

    def client_list(request: Request) -> HttpResponse:
        request.actor.require_anywhere(Permission.VIEW)
        return answer(CLIENTS, request, partial(selectors.list_clients, request.actor))

Source: docs/rules/lists.md
"""

from .columns import Cell, Column, Day, Labelled, Link, Moment, Money, Number, Tag, When
from .declaring import Bulk, Button, Empty, Filter, Listing, Query, View
from .pages import answer, show

__all__ = [
    "Bulk",
    "Button",
    "Cell",
    "Column",
    "Day",
    "Empty",
    "Filter",
    "Labelled",
    "Link",
    "Listing",
    "Moment",
    "Money",
    "Number",
    "Query",
    "Tag",
    "View",
    "When",
    "answer",
    "show",
]
