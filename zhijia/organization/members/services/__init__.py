"""Writing memberships: `joining`, `memberships`, `cards`, `binding`."""
