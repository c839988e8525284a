from __future__ import annotations

from django.urls import include, path

from zhijia.foundation.ui import views

_looks = (
    [
        path("elder", views.elder, name="elder"),
        path("theme", views.theme, name="theme"),
    ],
    "ui",
)
urlpatterns = [path("ui/", include(_looks))]
