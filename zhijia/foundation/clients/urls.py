from django.urls import path

from . import views

app_name = "clients"
urlpatterns = [
    path("console/clients", views.client_list, name="list"),
    path("console/clients/new", views.new, name="new"),
    path("console/clients/<pid:pid>", views.case, name="case"),
    path("console/clients/<pid:pid>/withdraw", views.withdraw, name="withdraw"),
    path("console/clients/<pid:pid>/secret", views.secret, name="secret"),
    path("console/clients/<pid:pid>/state", views.state, name="state"),
]
