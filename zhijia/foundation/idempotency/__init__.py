"""One command is carried out once, however often the finger taps or the network repeats it.

Owns `Answer`, the first response to each `(actor, key)`. Views use `decorators.once`, forms the tag `idempotency_key`
of the library `ui`; the API sends the header `Idempotency-Key`.
"""
