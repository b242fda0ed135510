"""Faults on this machine, without AWS: a TCP proxy that misbehaves on demand, and packet loss in a namespace of our own."""
