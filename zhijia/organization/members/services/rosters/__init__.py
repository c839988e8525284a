"""Rosters of members: read, judged, written in chunks; what is refused becomes a case; members handed out as a file."""
