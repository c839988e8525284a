from django.urls import path

from .views import consents, console, mobiles, wordings

app_name = "people"
urlpatterns = [
    path("consents/<slug:purpose>", wordings.consent_text, name="consent_text"),
    path("m/mobile/without-old", mobiles.without_old, name="mobile_without_old"),
    path("m/not-me", mobiles.not_me, name="not_me"),
    path("m/consents", consents.consents, name="consents"),
    path("m/consents/withdraw", consents.withdraw, name="withdraw"),
    path("m/consents/renew", consents.renew, name="renew"),
    path("console/consents", console.texts, name="texts"),
    path("console/consents/<slug:purpose>", console.text, name="text"),
    path("console/consents/cases/<pid:pid>", console.text_case, name="text_case"),
    path("console/consents/cases/<pid:pid>/withdraw", console.withdraw_draft, name="withdraw_draft"),
]
