"""Initiatives: a level for some services by a date, its burn-up with a forecast, reminders, and the standard after it."""
