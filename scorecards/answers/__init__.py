"""Answers to checks that no condition decides: results that programs push, and confirmations by people."""
