from __future__ import annotations

from django.urls import path

from . import views

app_name = "files"
urlpatterns = [
    path("m/files/<pid:pid>", views.download, name="mine"),
    path("console/files/<pid:pid>", views.download, name="console"),
]
