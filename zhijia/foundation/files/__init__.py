"""Files that people give and programs make: checked by content, sealed at rest, read with a right, forgotten in time.

Others call `services.keep`, `services.open_content` and `services.drop`, and declare each use as a `FileUse` in their
`scenario.py`. Nothing is announced.
"""
