"""Pages: `grants` (who may do what), `resets` (a colleague's lost ways into the console)."""
