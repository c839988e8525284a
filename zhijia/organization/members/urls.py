from django.urls import path

from .views import cards, console, joining, verification

app_name = "members"
urlpatterns = [
    path("j/<str:code>", joining.scan, name="scan"),
    path("v/keys", verification.keys, name="keys"),
    path("v/offline", verification.offline, name="offline"),
    path("v/<str:payload>", verification.verify, name="verify"),
    path("m/join/<str:code>/", joining.landing, name="landing"),
    path("m/join/<str:code>/start", joining.start, name="start"),
    path("m/join/<str:code>/identity", joining.identity, name="identity"),
    path("m/join/<str:code>/confirm", joining.confirm, name="confirm"),
    path("m/join/<str:code>/already", joining.already, name="already"),
    path("m/join/<str:code>/dispute", joining.open_dispute, name="dispute_open"),
    path("m/welcome", joining.welcome, name="welcome"),
    path("m/applications/<pid:pid>/submitted", joining.submitted, name="submitted"),
    path("m/applications/<pid:pid>", joining.case, name="case"),
    path("m/applications/<pid:pid>/withdraw", joining.withdraw, name="withdraw"),
    path("m/applications/<pid:pid>/appeal", joining.appeal, name="appeal"),
    path("m/applications/<pid:pid>/answer", joining.answer, name="answer"),
    path("m/card", cards.card, name="card"),
    path("m/card/code.svg", cards.code_picture, name="code_picture"),
    path("m/card/replace", cards.replace, name="replace_card"),
    path("console/joining", console.queue, name="queue"),
    path("console/joining/decide", console.decide_batch, name="decide_batch"),
    path("console/joining/<pid:pid>", console.review, name="review"),
    path("console/joining/<pid:pid>/employer", console.match_employer, name="match_employer"),
    path("console/members", console.roster, name="roster"),
    path("console/members/<pid:pid>", console.file, name="file"),
    path("console/members/<pid:pid>/numbers", console.numbers, name="numbers"),
    path("console/disputes/<pid:pid>", console.dispute_review, name="dispute_review"),
]
