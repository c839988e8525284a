from django.urls import path

from . import views

app_name = "wechat"
urlpatterns = [
    path("m/wechat", views.begin, name="begin"),
    path("m/wechat/back", views.back, name="back"),
    path("m/wechat/bind", views.bind, name="bind"),
    path("m/wechat/mine", views.mine, name="mine"),
]
