"""Feature flags of each service, as evidence: a flag that is older than its purpose is a risk."""
