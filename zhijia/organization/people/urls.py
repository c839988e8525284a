from django.urls import path

from .views import wordings

app_name = "people"
urlpatterns = [
    path("consents/<slug:purpose>", wordings.consent_text, name="consent_text"),
]
