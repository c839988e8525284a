from zhijia.kernel.registry import MenuItem, PublicPage, Scenario

SCENARIO = Scenario(
    code="portal",
    name="门户",
    menu=(MenuItem("", "工作台", "portal:desk", "", 1),),
    public_pages=(
        PublicPage("首页", "portal:index", 1),
        PublicPage("找工会", "portal:find", 10),
        PublicPage("怎样入会", "portal:how_to_join", 20),
    ),
)
