from django.urls import path

from .views import console, phone

app_name = "transfers"
urlpatterns = [
    path("m/transfer", phone.transfer, name="choose"),
    path("m/transfer/<str:code>", phone.transfer_to, name="ask"),
    path("m/transfers/<pid:pid>", phone.my_transfer, name="case"),
    path("m/transfers/<pid:pid>/cancel", phone.cancel_transfer, name="cancel"),
    path("m/transfers/<pid:pid>/return", phone.return_home, name="return_home"),
    path("m/claims/<pid:pid>", phone.my_claim, name="my_claim"),
    path("console/transfers", console.transfer_list, name="list"),
    path("console/transfers/batch", console.transfer_batch, name="batch"),
    path("console/transfers/<pid:pid>", console.transfer_review, name="review"),
    path("console/transfers/<pid:pid>/call-off", console.transfer_call_off, name="call_off"),
    path("console/claims", console.claim_list, name="claims"),
    path("console/claims/offer", console.claim_offer, name="claim_offer"),
    path("console/claims/<pid:pid>", console.claim, name="claim"),
    path("console/founding", console.uncovered, name="uncovered"),
    path("console/founding/<pid:pid>", console.founding, name="founding"),
]
