"""Explanations of a model, and tests of whether an explanation says anything."""
