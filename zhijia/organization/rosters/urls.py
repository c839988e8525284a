from django.urls import path

from zhijia.foundation.casework import exports as casework_exports, pages

from .cases.conflicts import CONFLICTS, fit
from .cases.exports import EXPORT, EXPORTS
from .views import exports, loads

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
    path("console/members/export", exports.export, name="export"),
    *casework_exports.urls(EXPORTS, EXPORT),
    *pages.urls(EXPORTS),
    *pages.urls(CONFLICTS, fit=fit),
]
