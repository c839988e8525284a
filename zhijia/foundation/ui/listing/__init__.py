from .bulk import Bulk, Deed, Outcome, Ticked, outcomes
from .columns import Cell, Column, Day, Labelled, Link, Moment, Money, Number, Tag, When
from .declaring import Button, Empty, Filter, Listing, Query, View
from .pages import Choice, answer, context, show, table

__all__ = [
    "Bulk", "Button", "Cell", "Choice", "Column", "Day", "Deed", "Empty", "Filter", "Labelled", "Link", "Listing",
    "Moment", "Money", "Number", "Outcome", "Query", "Tag", "Ticked", "View", "When", "answer", "context", "outcomes",
    "show", "table",
]  # fmt: skip
