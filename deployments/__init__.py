"""Deployments: what runs where, and rollouts that are judged by evidence and undone when they are worse."""
