"""Reading the audit trail: who did what, who saw whose full data, what was refused, and whether the log is whole.

Owns `TrailExport`, a part of the trail asked for as a file and agreed to by a second person. The trail itself lies in
`foundation.audit`, which knows neither persons nor unions by name. Nobody imports this room.
"""
