"""Terms of office, elections and posts: who was elected, by what procedure, until when.

Rules: docs/rules/posts.md. Pure rules of elections are in `rules/elections.py`; founding uses them too.
"""
