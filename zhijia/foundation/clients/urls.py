from django.urls import path

from zhijia.foundation.casework import pages

from . import views
from .cases import CLIENTS

app_name = "clients"
urlpatterns = [
    path("console/clients/new", views.new, name="new"),
    path("console/clients/<pid:pid>/secret", views.secret, name="secret"),
    *pages.urls(CLIENTS),
]
