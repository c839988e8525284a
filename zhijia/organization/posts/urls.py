from django.urls import path

from zhijia.foundation.casework import pages

from . import views
from .cases import POST_CHANGES, TERMS

app_name = "posts"
urlpatterns = [
    path("console/terms/unions", views.term_list, name="unions"),
    path("console/terms/unions/<pid:pid>", views.board, name="board"),
    path("console/posts/<pid:pid>/certificate", views.certificate, name="certificate"),
    *pages.urls(TERMS, fit=views.fit_election, begin=views.begin_with(TERMS, "union")),
    *pages.urls(POST_CHANGES, begin=views.begin_with(POST_CHANGES, "union")),
]
