"""Changes of unions: renamed, moved, merged, split, dissolved. Rules: docs/rules/reorganizing.md"""
