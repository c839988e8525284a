"""Writing rosters: `loading` goes through a file, `conflicts` settles what was refused, `exporting` gives lists out."""
