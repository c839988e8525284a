"""Pages of unions: the tree, a union's file, changing it, rosters in and out, codes, and the public page."""
