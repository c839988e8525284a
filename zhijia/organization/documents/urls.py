from django.urls import path

from zhijia.foundation.casework import pages

from . import views
from .cases import BATCHES, CHECKS

app_name = "documents"
urlpatterns = [
    path("m/join/<str:code>/check", views.ask_check, name="check_ask"),
    path("m/identity/check", views.ask_check, name="prove_check"),
    path("console/blacklist/new", views.batch_new, name="new"),
    path("console/blacklist/<pid:pid>/numbers", views.numbers, name="numbers"),
    path("console/blacklist/<pid:pid>/number", views.lift_number, name="number"),
    path("console/document-checks/<pid:pid>/mobile", views.mobile, name="mobile"),
    *pages.urls(BATCHES),
    *pages.urls(CHECKS),
]
