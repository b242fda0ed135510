"""The database advisor: which family of database fits how a service uses its data, with every point shown.

It adds up points, nothing else: the same answers give the same advice, and each point names the answer it came from.
The PIE theorem (pattern flexibility, infinite scale, efficiency: pick two) is told by A. DeBrie after R. Houlihan's
session "Match Your Workload to the Right Database" (re:Invent 2018, DAT301); the weights are Colonnade's own.
"""
