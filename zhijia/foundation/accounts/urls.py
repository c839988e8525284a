from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import devices, members, mobiles

_pages: list[URLPattern | URLResolver] = [
    path("m/sign-in", members.sign_in, name="sign_in"),
    path("m/sign-out", members.sign_out, name="sign_out"),
    path("m/devices", devices.my_devices, name="devices"),
    path("m/devices/<pid:pid>/end", devices.end_device, name="end_device"),
    path("m/devices/end-others", devices.end_others, name="end_others"),
    path("m/devices/end-everywhere", devices.end_everywhere, name="end_everywhere"),
    path("m/mobile", mobiles.change, name="mobile"),
    path("console/sign-in/mobile", members.console_sign_in, name="console_sign_in"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((_pages, "accounts")))]
