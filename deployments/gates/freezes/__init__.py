"""Freeze calendars: their rules, what holds when, who may write them, and iCalendar in and out."""
