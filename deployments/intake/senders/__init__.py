"""Senders of hooks: who they are, how they prove it, and their secrets."""
