from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from .views import devices, members, mobiles, security, set_up, step_up

_pages: list[URLPattern | URLResolver] = [
    path("m/sign-in", members.sign_in, name="sign_in"),
    path("m/sign-out", members.sign_out, name="sign_out"),
    path("m/devices", devices.my_devices, name="devices"),
    path("m/devices/<pid:pid>/end", devices.end_device, name="end_device"),
    path("m/devices/end-others", devices.end_others, name="end_others"),
    path("m/devices/end-everywhere", devices.end_everywhere, name="end_everywhere"),
    path("m/mobile", mobiles.change, name="mobile"),
    path("console/sign-in", step_up.step_up, name="step_up"),
    path("console/sign-in/mobile", members.console_sign_in, name="console_sign_in"),
    path("console/sign-in/second", step_up.second, name="second"),
    path("console/sign-in/passkey", step_up.passkey, name="passkey"),
    path("console/sign-in/forgotten", step_up.forgotten, name="forgotten"),
    path("console/sign-in/invitation", step_up.invite_me, name="invite_me"),
    path("console/invitation/<str:token>", set_up.invitation, name="invitation"),
    path("console/set-up", set_up.set_up, name="set_up"),
    path("console/unlocked", step_up.unlocked, name="unlocked"),
    path("console/leave", step_up.leave, name="leave"),
    path("console/security", security.security, name="security"),
    path("console/security/password", security.password, name="security_password"),
    path("console/security/authenticator", security.authenticator, name="security_totp"),
    path("console/security/recovery", security.recovery, name="security_recovery"),
    path("console/security/passkeys/add", security.add_passkey, name="add_passkey"),
    path("console/security/passkeys/<int:key>/remove", security.remove_passkey, name="remove_passkey"),
]
urlpatterns: list[URLPattern | URLResolver] = [path("", include((_pages, "accounts")))]
