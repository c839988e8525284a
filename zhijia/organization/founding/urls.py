from django.urls import path

from zhijia.foundation.casework import pages

from . import views
from .cases import FOUNDINGS

app_name = "founding"
urlpatterns = [
    path("console/foundings/<pid:pid>/mobile", views.mobile, name="mobile"),
    *pages.urls(FOUNDINGS, fit=views.fit, begin=views.begin),
]
