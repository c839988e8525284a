"""How often something may happen: tries of a code, messages to a number, requests from an address.

Owns `Counter`. Counters live in the database, so that all processes count together and a restart forgives nothing.
"""
