"""Gremlin as an engine: a client for its REST API, and what the portal keeps of what it started there."""
