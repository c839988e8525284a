"""One command is carried out once, however often the finger taps or the network repeats it.

Owns `Answer`, the first response to each `(actor, key)`. Pages use `decorators.once` and the tag `command_key`; the API
sends the header `Idempotency-Key`.
"""
