"""Unions as legal persons, the six haves, and how a union fares on one page. Rules: docs/rules/legal.md"""
