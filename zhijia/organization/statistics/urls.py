from django.urls import path

from . import views

app_name = "statistics"
urlpatterns = [path("console/statistics", views.drill, name="drill")]
