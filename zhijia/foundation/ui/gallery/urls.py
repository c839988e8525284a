from __future__ import annotations

from django.urls import path

from zhijia.foundation.ui.gallery import views

urlpatterns = [
    path("ui/gallery/", views.index, name="ui-gallery"),
    path("ui/gallery/code.svg", views.code_picture, name="ui-gallery-code"),
    path("ui/gallery/job", views.job_part, name="ui-gallery-job"),
    path("ui/gallery/<slug:look>/<slug:name>", views.page, name="ui-gallery-page"),
]
