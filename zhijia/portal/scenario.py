from zhijia.kernel.registry import MemberEntry, MenuItem, PublicPage, Scenario

SCENARIO = Scenario(
    code="portal",
    name="门户",
    menu=(MenuItem("", "工作台", "portal:desk", (), 1, icon="layout-dashboard"),),
    member_entries=(
        MemberEntry("我的会籍", "id-badge-2", "portal:membership", "red", 20),
        MemberEntry("找工会", "map-search", "portal:my_find", "blue", 20),
        MemberEntry("我的办理", "checklist", "portal:cases", "green", 30),
        MemberEntry("消息", "bell", "portal:messages", "amber", 40),
    ),
    public_pages=(
        PublicPage("首页", "portal:index", 1),
        PublicPage("找工会", "portal:find", 10),
        PublicPage("怎样入会", "portal:how_to_join", 20),
    ),
)
