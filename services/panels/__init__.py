"""The catalog's own panels: what each puts on a service's or a team's page."""
