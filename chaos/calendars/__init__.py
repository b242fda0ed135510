"""When chaos may happen: blackouts, the business hours of teams, and the calendar that shows both with what is planned."""
