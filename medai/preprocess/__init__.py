"""Prepare data before a model sees them: tables (:mod:`.tables`), images (:mod:`.images`)
and clinical text (:mod:`.text`).

Each step reports what it changed, as a table of before and after.
"""
