"""Pages: `phone` for the member, `console` for cadres."""
