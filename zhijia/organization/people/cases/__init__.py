"""What the privacy desk does by two persons, as kinds of cases: `holds`, `texts`."""
