from django.urls import path

from . import views

app_name = "reading"
urlpatterns = [
    path("m/reading", views.room, name="room"),
    path("console/reading", views.desk, name="desk"),
]
