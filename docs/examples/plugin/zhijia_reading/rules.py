"""A loan from asking to the book's return."""

from zhijia.foundation.workflow.rules import OWNER, Hue, Move, Workflow

from .permissions import Permission

LOAN = Workflow(
    "reading.loan",
    "图书借阅",
    start="ASKED",
    labels={"ASKED": "等待借出", "LENT": "已借出", "RETURNED": "已归还", "WITHDRAWN": "已撤回"},
    hues={"ASKED": Hue.RUN, "LENT": Hue.SOON, "RETURNED": Hue.DONE, "WITHDRAWN": Hue.STILL},
    closed=frozenset({"RETURNED", "WITHDRAWN"}),
    moves=(
        Move("lend", {"ASKED"}, "LENT", by=Permission.LEND, title="借出", button="借出"),
        Move("take_back", {"LENT"}, "RETURNED", by=Permission.LEND, title="归还", button="收到归还"),
        Move("withdraw", {"ASKED"}, "WITHDRAWN", by=OWNER, title="撤回", button="撤回"),
    ),
)
