from __future__ import annotations

from django.urls import path

from . import views

app_name = "jobs"
urlpatterns = [
    path("console/jobs", views.job_list, name="list"),
    path("console/jobs/<pid:public_id>", views.job, name="job"),
    path("console/jobs/<pid:public_id>/cancel", views.cancel, name="cancel"),
    path("console/jobs/<pid:public_id>/resume", views.resume, name="resume"),
]
