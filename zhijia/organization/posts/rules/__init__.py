"""Elections, terms and posts. Pure: no Django, no clock. Source: docs/rules/posts.md"""
