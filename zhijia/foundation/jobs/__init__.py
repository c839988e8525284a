"""Work that outlives a request: resumable jobs in chunks, and things done by the clock.

Owns the rows `Job` and `Tick`. Other capabilities declare what they do in their `tasks.py` with `registry.job` and
`kernel.clockwork`, start it with `services.enqueue`, and link to the page `jobs:job`, where he who started it finds it
again.
"""
