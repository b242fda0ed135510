"""Checks that people write: by page, over REST and in a directory, with a dry run before they count."""
