"""入会: from a union's code to the card in hand, proving who one is, and whose an account is."""
