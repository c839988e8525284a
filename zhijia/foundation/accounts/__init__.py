"""Accounts: one per person, for members and staff alike; signing in, stepping up to the console, devices.

Owns `Account`, `SignInCode`, `StaffInvitation` and `SessionInfo`. Stores only keyed hashes of mobile numbers and codes;
the readable number belongs to the person and, sealed, to the session that proved it. Announces `events.signed_in` and
`events.mobile_changed`. Others call `services.verified_mobile`, `services.invite_staff`, `selectors.number_digest`, and
mark open pages with `access.public`.
"""
