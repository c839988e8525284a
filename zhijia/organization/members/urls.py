from django.urls import path

from .views import cards, console, own_data, scanning, verification

app_name = "members"
urlpatterns = [
    path("v/keys", verification.keys, name="keys"),
    path("v/offline", verification.offline, name="offline"),
    path("v/<str:payload>", verification.verify, name="verify"),
    path("m/scan", scanning.scan_page, name="scan_code"),
    path("m/card", cards.card, name="card"),
    path("m/card/code.svg", cards.code_picture, name="code_picture"),
    path("m/card/replace", cards.replace, name="replace_card"),
    path("m/profile", own_data.show, name="own_data"),
    path("m/profile/change", own_data.change, name="change_own_data"),
    path("console/members", console.roster, name="roster"),
    path("console/members/updates", own_data.updates, name="updates"),
    path("console/members/<pid:pid>", console.file, name="file"),
    path("console/members/<pid:pid>/numbers", console.numbers, name="numbers"),
]
