"""Proposals and their decision, each by two persons: `parameters`, `calendar`, `wordings`."""
