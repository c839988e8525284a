from django.urls import path

from zhijia.foundation.casework import pages

from .cases import KINDS
from .views import calendar, parameters, wordings

app_name = "administration"
urlpatterns = [
    path("console/parameters", parameters.parameter_list, name="parameters"),
    path("console/parameters/<str:code>", parameters.parameter, name="parameter"),
    path("console/calendar", calendar.calendar, name="calendar"),
    path("console/messages", wordings.message_list, name="messages"),
    path("console/messages/<str:code>", wordings.message, name="message"),
    *(each for kind in KINDS for each in pages.urls(kind)),
]
