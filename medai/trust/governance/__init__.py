"""Governance: intended use, classes of regulation, model cards, risk files, change plans."""
