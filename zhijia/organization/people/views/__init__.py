"""Pages: `wordings` for anyone, `consents` for a member, `console` for those who draft and publish."""
