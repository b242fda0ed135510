"""What a moved segment has to pass beside its metrics: its hosts, the floor of healthy hosts, post-deployment tests."""
