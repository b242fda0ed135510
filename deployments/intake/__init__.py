"""Intake: what pipelines, clusters and AWS tell of deployments, in nine dialects, becomes one record and one state."""
