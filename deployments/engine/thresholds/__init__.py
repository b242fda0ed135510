"""Plain thresholds, with the words and limits of Argo Rollouts and of Flagger, for those who bring them.

They promise nothing about false rollbacks: a burst that hits both versions breaks a fixed limit in nearly every run.
"""
