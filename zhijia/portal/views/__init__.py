"""`member` on the phone, `desk` for cadres, `site` for anyone."""
