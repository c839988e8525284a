from django.urls import path

from zhijia.foundation.casework import pages

from .cases.claims import CLAIMS
from .cases.founding import FOUNDING
from .views import console, phone

app_name = "transfers"
urlpatterns = [
    path("m/transfer", phone.transfer, name="choose"),
    path("m/transfer/<str:code>", phone.transfer_to, name="ask"),
    path("m/transfers/<pid:pid>", phone.my_transfer, name="case"),
    path("m/transfers/<pid:pid>/cancel", phone.cancel_transfer, name="cancel"),
    path("m/transfers/<pid:pid>/return", phone.return_home, name="return_home"),
    path("console/transfers", console.transfer_list, name="list"),
    path("console/transfers/batch", console.transfer_batch, name="batch"),
    path("console/transfers/<pid:pid>", console.transfer_review, name="review"),
    path("console/transfers/<pid:pid>/call-off", console.transfer_call_off, name="call_off"),
    path("console/claimable", console.claimable, name="claimable"),
    path("console/claimable/offer", console.claim_offer, name="claim_offer"),
    path("console/founding", console.uncovered, name="uncovered"),
    *pages.urls(CLAIMS),
    *pages.urls(FOUNDING),
]
