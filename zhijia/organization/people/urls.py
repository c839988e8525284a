from django.urls import path

from zhijia.foundation.casework import pages

from .cases.holds import HOLDS
from .cases.requests import REQUESTS
from .cases.texts import TEXTS
from .views import consents, console, mobiles, privacy, rights, wordings

app_name = "people"
urlpatterns = [
    path("consents/<slug:purpose>", wordings.consent_text, name="consent_text"),
    path("m/mobile/without-old", mobiles.without_old, name="mobile_without_old"),
    path("m/not-me", mobiles.not_me, name="not_me"),
    path("m/consents", consents.consents, name="consents"),
    path("m/consents/withdraw", consents.withdraw, name="withdraw"),
    path("m/consents/renew", consents.renew, name="renew"),
    path("m/data", rights.mine, name="rights"),
    path("m/data/looks", rights.looks, name="looks"),
    path("m/data/ask/<slug:kind>", rights.ask, name="rights_ask"),
    path("m/data/<pid:pid>", rights.case, name="rights_case"),
    path("m/data/<pid:pid>/withdraw", rights.withdraw, name="rights_withdraw"),
    path("console/data-deletions", privacy.deletions, name="deletions"),
    path("console/data-requests/<pid:pid>/numbers", privacy.numbers, name="rights_numbers"),
    path("console/consents", console.texts, name="texts"),
    path("console/consents/<slug:purpose>", console.text, name="text"),
    *pages.urls(REQUESTS),
    *pages.urls(HOLDS),
    *pages.urls(TEXTS),
]
