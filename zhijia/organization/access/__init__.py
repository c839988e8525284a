"""Who may do what: roles granted on units, and the Actor built from them for every request.

Owns `RoleGrant`. A grant is a case of its own (asked, checked by a second person, in force, ended). Announces
`events.grants_changed`. Others take `request.actor`; nobody asks a role by name.
"""
