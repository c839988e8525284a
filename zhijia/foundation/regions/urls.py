from django.urls import path

from . import views

app_name = "regions"
urlpatterns = [
    path("regions/children", views.children, name="children"),
    path("regions/search", views.search, name="search"),
    path("console/regions", views.index, name="index"),
]
