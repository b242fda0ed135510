"""The judge of Spinnaker's Kayenta: the same configuration, classifications and scores.

One thing differs on purpose. Kayenta looks for the confidence interval of the shift with a tolerance of 1e-4 in the
metric's own unit, so that a metric with values of about 1e-4 or less (a rate per second, seconds told as hours) is judged
differently from the same metric in other units. Here the ends of the interval are order statistics of the pairwise
differences: exact, and the same verdict in every unit. A series that is mostly zero and was called High only because of
that tolerance is called Pass here.
"""
