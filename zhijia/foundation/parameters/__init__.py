"""Numbers that a law, a region or a plan sets, by date; and the calendar of working days.

Owns `ParameterValue`, `CalendarDay` and `CalendarYear`. Capabilities declare their parameters in `scenario.py`; the
declared defaults are rows too, so that every value has a date from which it holds. Others call `selectors.value`,
`selectors.calendar` and `services.schedule_value`.
"""
