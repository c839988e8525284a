from django.urls import path

from zhijia.foundation.casework import exports as casework_exports, pages

from .cases import EXPORT, EXPORTS
from .views import denied, entries, exports, ledger

app_name = "trail"
urlpatterns = [
    path("console/trail", entries.index, name="entries"),
    path("console/trail/looks", entries.looks, name="looks"),
    path("console/trail/people", entries.find_person, name="people"),
    path("console/trail/entries/<slug:key>", entries.entry, name="entry"),
    path("console/trail/export", exports.ask, name="export"),
    path("console/trail/ledger", ledger.index, name="ledger"),
    path("console/trail/ledger/check", ledger.check, name="check"),
    path("console/trail/ledger/of/<pid:public_id>", ledger.verified, name="verified"),
    path("console/denied", denied.index, name="denied"),
    path("console/denied/people", denied.find_person, name="denied_people"),
    path("console/denied/entries/<slug:key>", denied.entry, name="denied_entry"),
    *casework_exports.urls(EXPORTS, EXPORT),
    *pages.urls(EXPORTS),
]
