from django.urls import path

from . import views

app_name = "duplicates"
urlpatterns = [
    path("console/members/<pid:pid>/correct", views.correct, name="correct"),
    path("console/duplicates", views.duplicate_list, name="list"),
    path("console/duplicates/dismiss", views.dismiss, name="dismiss"),
    path("console/duplicates/<pid:pid>/<pid:other>", views.compare, name="compare"),
    path("console/merges/<pid:pid>", views.merge, name="merge"),
]
