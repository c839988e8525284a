from django.urls import path

from .views import comparing, overview, pivot, ranking, trend

app_name = "statistics"
urlpatterns = [
    path("console/statistics", overview.drill, name="drill"),
    path("console/statistics/trend", trend.trend, name="trend"),
    path("console/statistics/ranking", ranking.ranking, name="ranking"),
    path("console/statistics/pivot", pivot.pivot, name="pivot"),
    path("console/statistics/comparison", comparing.comparison, name="comparison"),
    path("console/statistics/outliers", comparing.outliers, name="outliers"),
    path("console/statistics/members", pivot.past_members, name="members"),
    path("console/statistics/outlines", overview.outlines, name="outlines"),
]
