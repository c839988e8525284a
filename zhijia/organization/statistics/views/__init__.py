"""Pages of figures, one a question, under one head: unit, day, boundaries, indicator."""
