from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from zhijia.foundation.ui import installing, views

_looks = (
    [
        path("elder", views.elder, name="elder"),
        path("theme", views.theme, name="theme"),
    ],
    "ui",
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("ui/", include(_looks)),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("sw.js", installing.worker, name="worker"),
    path("offline", installing.offline, name="offline"),
]
if getattr(settings, "ZHIJIA_GALLERY", False):
    urlpatterns.append(path("", include("zhijia.foundation.ui.gallery.urls")))
