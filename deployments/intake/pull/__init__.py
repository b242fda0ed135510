"""Deployments that AWS knows of: read from all accounts and regions, one module for each service that deploys."""
