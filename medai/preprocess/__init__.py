"""Prepare data before a model sees them: tables (:mod:`.tables`) and images (:mod:`.images`).

Each step reports what it changed, as a table of before and after.
"""
