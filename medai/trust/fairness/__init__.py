"""Fairness: audits by subgroup, metrics that conflict, mitigation and what it costs."""
