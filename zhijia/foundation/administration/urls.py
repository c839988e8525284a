from django.urls import path

from .views import calendar, parameters, wordings

app_name = "administration"
urlpatterns = [
    path("console/parameters", parameters.parameter_list, name="parameters"),
    path("console/parameters/cases/<pid:pid>", parameters.case, name="parameter_case"),
    path("console/parameters/cases/<pid:pid>/withdraw", parameters.withdraw, name="parameter_withdraw"),
    path("console/parameters/<str:code>", parameters.parameter, name="parameter"),
    path("console/calendar", calendar.calendar, name="calendar"),
    path("console/calendar/cases/<pid:pid>", calendar.case, name="calendar_case"),
    path("console/calendar/cases/<pid:pid>/withdraw", calendar.withdraw, name="calendar_withdraw"),
    path("console/messages", wordings.message_list, name="messages"),
    path("console/messages/cases/<pid:pid>", wordings.case, name="message_case"),
    path("console/messages/cases/<pid:pid>/withdraw", wordings.withdraw, name="message_withdraw"),
    path("console/messages/<str:code>", wordings.message, name="message"),
]
