from django.urls import path

from .views import cases, loads

app_name = "rosters"
urlpatterns = [
    path("console/members/rosters", loads.load, name="loads"),
    path("console/members/rosters/template.xlsx", loads.template, name="template"),
    path("console/members/rosters/of/<pid:public_id>", loads.load_of_job, name="of_job"),
    path("console/members/rosters/<pid:pid>", loads.load_file, name="file"),
    path("console/members/rosters/<pid:pid>/columns", loads.columns, name="columns"),
    path("console/members/rosters/<pid:pid>/sheet", loads.sheet, name="sheet"),
    path("console/members/rosters/<pid:pid>/write", loads.write, name="write"),
    path("console/members/rosters/<pid:pid>/drop", loads.drop, name="drop"),
    path("console/members/rosters/<pid:pid>/refused.<table:form>", loads.refused, name="refused"),
    path("console/members/rosters/conflicts/<pid:pid>", cases.conflict, name="conflict"),
    path("console/members/export", cases.export, name="export"),
    path("console/members/exports/of/<pid:public_id>", cases.export_of_job, name="export_of_job"),
    path("console/members/exports/<pid:pid>", cases.export_case, name="export_case"),
]
