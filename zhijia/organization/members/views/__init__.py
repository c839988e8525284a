"""Pages: `joining` and `cards` on the phone, `console` for cadres, `verification` for anyone."""
