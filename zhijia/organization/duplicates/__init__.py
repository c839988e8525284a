"""Two files of one human being, found by night, merged and parted again by two persons; names and numbers put right."""
