"""The upkeep of an installation: whether its keys fit its database, what is missing or unsafe, backups.

Owns `KeyCheck`. Capabilities say what can be wrong with them in their `health.py` (`kernel.health`); `zhijia doctor`,
the operators' page and their desk show it. Others call `services.require_known_keys` and `selectors.summary`.
"""
