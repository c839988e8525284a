"""Front doors only: the member's home, the cadre's desk, the public site. They list what the registry tells them."""
