from django.urls import path

from . import views

app_name = "documents"
urlpatterns = [
    path("m/join/<str:code>/check", views.ask_check, name="check_ask"),
    path("m/identity/check", views.ask_check, name="prove_check"),
    path("m/checks/<pid:pid>", views.my_check, name="my_check"),
    path("console/blacklist", views.batch_list, name="list"),
    path("console/blacklist/new", views.batch_new, name="new"),
    path("console/blacklist/<pid:pid>", views.batch, name="batch"),
    path("console/blacklist/<pid:pid>/number", views.lift_number, name="number"),
    path("console/document-checks/<pid:pid>", views.check, name="check"),
]
