"""Reading the counts of both versions, and what they say."""
