from django.urls import path

from .views import console, phone

app_name = "changes"
urlpatterns = [
    path("m/membership/<str:kind>", phone.new_change, name="new"),
    path("m/changes/<pid:pid>", phone.my_change, name="case"),
    path("m/changes/<pid:pid>/take-back", phone.take_back_change, name="take_back"),
    path("m/changes/<pid:pid>/appeal", phone.appeal_change, name="appeal"),
    path("console/members/<pid:pid>/change/<str:kind>", console.change_new, name="ask"),
    path("console/changes", console.change_list, name="list"),
    path("console/changes/<pid:pid>", console.change_review, name="review"),
    path("console/retiring", console.retiring, name="retiring"),
]
