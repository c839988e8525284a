from django.urls import path

from zhijia.foundation.casework import pages

from .cases import KINDS
from .views import grants, resets

app_name = "access"
urlpatterns = [
    path("console/access", grants.grants, name="list"),
    path("console/access/roles", grants.roles, name="roles"),
    path("console/access/ask", grants.ask, name="ask"),
    path("console/access/people/<pid:pid>", grants.person, name="person"),
    path("console/access/people/<pid:pid>/revoke", grants.revoke, name="revoke"),
    path("console/access/people/<pid:pid>/reset", resets.ask, name="reset"),
    *(each for kind in KINDS for each in pages.urls(kind)),
]
