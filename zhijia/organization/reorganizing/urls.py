from django.urls import path

from zhijia.foundation.casework import pages
from zhijia.foundation.casework.kinds import By

from . import views
from .cases import ORG_CHANGES

app_name = "reorganizing"
urlpatterns = [
    path("console/org-changes/new", pages.opening(ORG_CHANGES, By.CADRE, fit=views.begin), name="begin"),
    *pages.urls(ORG_CHANGES, fit=views.fit),
]
