from django.urls import path

from zhijia.foundation.casework import pages
from zhijia.organization.posts.views import begin_with

from . import views
from .cases import REGISTRATIONS

app_name = "legal"
urlpatterns = [
    path("console/legal", views.health_list, name="list"),
    path("console/legal/<pid:pid>", views.health, name="health"),
    *pages.urls(REGISTRATIONS, begin=begin_with(REGISTRATIONS, "union")),
]
