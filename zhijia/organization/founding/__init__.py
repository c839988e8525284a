"""Founding a union: asked for, prepared, elected, reported, approved, on file. Rules: docs/rules/founding.md"""
