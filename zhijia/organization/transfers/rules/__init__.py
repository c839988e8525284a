"""The tables of moves and pure rules of transfers and of claims."""
