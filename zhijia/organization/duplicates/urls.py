from django.urls import path

from zhijia.foundation.casework import pages

from . import views
from .cases import MERGES

app_name = "duplicates"
urlpatterns = [
    path("console/members/<pid:pid>/correct", views.correct, name="correct"),
    path("console/duplicates", views.duplicate_list, name="list"),
    path("console/duplicates/dismiss", views.dismiss, name="dismiss"),
    path("console/duplicates/<pid:pid>/<pid:other>", views.compare, name="compare"),
    *pages.urls(MERGES),
]
