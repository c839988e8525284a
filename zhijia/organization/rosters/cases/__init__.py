"""What is a case here: `exports` full lists by two persons, `conflicts` refused rows."""
