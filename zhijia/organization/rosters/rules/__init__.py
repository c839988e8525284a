"""Pure rules: `rows` what a roster may hold, `conflicts` the tables of moves."""
