from django.urls import path

from . import views

app_name = "upkeep"
urlpatterns = [path("console/health", views.health, name="health")]
