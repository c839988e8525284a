"""Pages: `members` on the phone, `console` for the step-up and what it needs."""
