from django.urls import path

from .views import grants, resets

app_name = "access"
urlpatterns = [
    path("console/access", grants.grants, name="list"),
    path("console/access/ask", grants.ask, name="ask"),
    path("console/access/people/<pid:pid>", grants.person, name="person"),
    path("console/access/people/<pid:pid>/revoke", grants.revoke, name="revoke"),
    path("console/access/people/<pid:pid>/reset", resets.ask, name="reset"),
    path("console/access/resets/<pid:pid>", resets.case, name="reset_case"),
    path("console/access/resets/<pid:pid>/withdraw", resets.withdraw, name="withdraw_reset"),
    path("console/access/cases/<pid:pid>", grants.case, name="case"),
    path("console/access/cases/<pid:pid>/withdraw", grants.withdraw, name="withdraw"),
]
