from django.urls import path

from zhijia.foundation.casework import pages
from zhijia.foundation.casework.kinds import By

from .cases.claims import CLAIMS
from .cases.founding import FOUNDING
from .cases.transfers import TRANSFERS
from .views import console, phone

app_name = "transfers"
ask = pages.opening(TRANSFERS, By.MEMBER, template="transfers/ask.html", fit=phone.fit_transfer)
urlpatterns = [
    path("m/transfer", phone.transfer, name="choose"),
    path("m/transfer/<str:code>", ask, name="ask"),
    path("m/transfers/<pid:pid>/return", phone.return_home, name="return_home"),
    path("console/transfers/batch", console.transfer_batch, name="batch"),
    path("console/claimable", console.claimable, name="claimable"),
    path("console/claimable/offer", console.claim_offer, name="claim_offer"),
    path("console/founding", console.uncovered, name="uncovered"),
    *pages.urls(TRANSFERS),
    *pages.urls(CLAIMS),
    *pages.urls(FOUNDING),
]
