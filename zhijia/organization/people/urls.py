from django.urls import path

from .views import mobiles, wordings

app_name = "people"
urlpatterns = [
    path("m/mobile/without-old", mobiles.without_old, name="mobile_without_old"),
    path("consents/<slug:purpose>", wordings.consent_text, name="consent_text"),
]
