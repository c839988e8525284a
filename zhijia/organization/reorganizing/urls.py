from django.urls import path

from zhijia.foundation.casework import pages
from zhijia.foundation.casework.kinds import By

from . import views
from .cases import ORG_CHANGES

app_name = "reorganizing"
begin = pages.opening(ORG_CHANGES, By.CADRE, template="reorganizing/new.html", fit=views.begin)
urlpatterns = [
    path("console/org-changes/new", begin, name="begin"),
    *pages.urls(ORG_CHANGES, fit=views.fit),
]
