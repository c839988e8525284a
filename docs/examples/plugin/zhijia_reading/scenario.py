from zhijia.kernel.registry import MemberEntry, MenuItem, PermissionSpec, Scenario

from .permissions import Permission
from .rules import LOAN

SCENARIO = Scenario(
    code="reading",
    name="职工书屋",
    permissions=(PermissionSpec(Permission.LEND, "办理图书借阅", frozenset({"GRASS_ADMIN", "ORG"}), group="服务"),),
    menu=(MenuItem("服务", "图书借阅", "reading:desk", (Permission.LEND,), 500),),
    member_entries=(MemberEntry("职工书屋", "book", "reading:room", "amber", 90),),
    workflows=(LOAN,),
)
