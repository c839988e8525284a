from django.urls import path

from . import views

app_name = "access"
urlpatterns = [
    path("console/access", views.grants, name="list"),
    path("console/access/ask", views.ask, name="ask"),
    path("console/access/people/<pid:pid>", views.person, name="person"),
    path("console/access/people/<pid:pid>/revoke", views.revoke, name="revoke"),
    path("console/access/cases/<pid:pid>", views.case, name="case"),
    path("console/access/cases/<pid:pid>/withdraw", views.withdraw, name="withdraw"),
]
