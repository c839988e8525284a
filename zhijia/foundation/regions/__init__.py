"""Administrative divisions of China down to township level, as dated rows with 12-digit codes.

Owns `Region`. Others call `selectors` to find, list children, search and locate; nobody loads the whole tree.
"""
