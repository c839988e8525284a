from django.urls import path

from .views import desk, late, member, membership, news, site

app_name = "portal"
urlpatterns = [
    path("", site.index, name="index"),
    path("find", site.find, name="find"),
    path("how-to-join", site.how_to_join, name="how_to_join"),
    path("m/", member.home, name="home"),
    path("m/services", member.services, name="services"),
    path("m/membership", membership.mine, name="membership"),
    path("m/find", site.my_find, name="my_find"),
    path("m/no-union", site.no_union, name="no_union"),
    path("m/cases", member.my_cases, name="cases"),
    path("m/messages", member.messages, name="messages"),
    path("m/messages/<pid:pid>", member.message, name="message"),
    path("m/me", member.me, name="me"),
    path("console/", desk.desk, name="desk"),
    path("console/find", desk.search, name="search"),
    path("console/late", late.late, name="late"),
    path("console/late/remind", late.remind, name="remind"),
    path("console/news", news.news, name="news"),
    path("console/news/read", news.all_read, name="news_read"),
    path("console/news/<pid:pid>", news.item, name="news_item"),
]
