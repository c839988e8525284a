"""The console for what the platform runs by: parameters, the calendar of working days, wordings of messages.

Owns `ParameterChange`, `CalendarChange` and `MessageChange`, the proposals that stand beside their cases; the values
themselves belong to `parameters` and `notify`. Nothing here is called by others.
"""
