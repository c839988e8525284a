from django.urls import path

from zhijia.foundation.casework import pages

from .cases import DISPUTES
from .views import applying, desk, proving

app_name = "joining"
urlpatterns = [
    path("j/<str:code>", applying.scan, name="scan"),
    path("m/join/<str:code>/", applying.landing, name="landing"),
    path("m/join/<str:code>/start", applying.start, name="start"),
    path("m/join/<str:code>/identity", proving.identity, name="identity"),
    path("m/join/<str:code>/confirm", applying.confirm, name="confirm"),
    path("m/join/<str:code>/already", applying.already, name="already"),
    path("m/join/<str:code>/dispute", proving.open_dispute, name="dispute_open"),
    path("m/identity", proving.prove, name="prove"),
    path("m/identity/dispute", proving.open_dispute, name="prove_dispute"),
    path("m/standing", applying.standing, name="standing"),
    path("m/welcome", applying.welcome, name="welcome"),
    path("m/applications/<pid:pid>/submitted", applying.submitted, name="submitted"),
    path("m/applications/<pid:pid>", applying.case, name="case"),
    path("m/applications/<pid:pid>/withdraw", applying.withdraw, name="withdraw"),
    path("m/applications/<pid:pid>/appeal", applying.appeal, name="appeal"),
    path("m/applications/<pid:pid>/answer", applying.answer, name="answer"),
    path("console/joining", desk.queue, name="queue"),
    path("console/joining/decide", desk.decide_batch, name="decide_batch"),
    path("console/joining/<pid:pid>", desk.review, name="review"),
    path("console/joining/<pid:pid>/employer", desk.match_employer, name="match_employer"),
    path("console/disputes/<pid:pid>/mobiles", desk.mobiles, name="mobiles"),
    *pages.urls(DISPUTES),
]
