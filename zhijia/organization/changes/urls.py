from django.urls import path

from zhijia.foundation.casework import pages
from zhijia.foundation.casework.kinds import By

from . import views
from .cases import CHANGES

app_name = "changes"
own = pages.opening(CHANGES, By.MEMBER, template="changes/new.html", fit=views.fit_own)
for_member = pages.opening(CHANGES, By.CADRE, template="changes/ask.html", fit=views.fit_for_member)
urlpatterns = [
    path("m/membership/<str:kind>", own, name="new"),
    path("console/members/<pid:pid>/change/<str:kind>", for_member, name="ask"),
    path("console/retiring", views.retiring, name="retiring"),
    *pages.urls(CHANGES),
]
