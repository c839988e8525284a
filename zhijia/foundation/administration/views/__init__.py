"""Pages of the console: `parameters`, `calendar`, `wordings`."""
