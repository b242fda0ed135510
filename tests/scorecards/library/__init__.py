"""The library of checks in both directions: for each check one fixture that passes it and one that fails it.

A fixture sets up real state in the embedded AWS through boto3, or drives the product's own verbs; nothing is published by hand.
"""
