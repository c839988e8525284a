"""Every address: what an operator asks, then each capability's own, then the errors."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.urls.converters import StringConverter

from zhijia.config import api, operations, reference
from zhijia.config.rooms import url_modules
from zhijia.kernel.ids import PublicIdConverter


class _TableForm(StringConverter):
    regex = "csv|xlsx"


class _PictureForm(StringConverter):
    regex = "png|svg"


register_converter(PublicIdConverter, "pid")
register_converter(_TableForm, "table")
register_converter(_PictureForm, "picture")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", operations.healthz, name="healthz"),
    path("readyz", operations.readyz, name="readyz"),
    path("metrics", operations.metrics, name="metrics"),
    path("favicon.ico", operations.favicon, name="favicon"),
    path("api/v1/openapi.json", reference.openapi, name="openapi"),
    path("api/v1/docs", reference.reference, name="api_reference"),
    path("api/v1/", include((api.patterns(), "api"))),
    *(path("", include(module)) for module in url_modules()),
]
handler400 = "zhijia.config.errors.bad_request"
handler403 = "zhijia.config.errors.not_allowed"
handler404 = "zhijia.config.errors.not_found"
handler500 = "zhijia.config.errors.server_error"
