"""Imports: reading descriptors from files, folders, addresses and uploads, and saying what came of it."""
