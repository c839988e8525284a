"""The case kit: one declaration of a kind of case gives its pages, its routes, its list, its part in a person's rights
and its tests.

Owns no table. A capability declares a `CaseKind` beside its workflow and its model and writes effects as plain
functions; what a kind cannot say is written by hand beside it, over the same services and parts.

Source: docs/rules/casework.md
"""
