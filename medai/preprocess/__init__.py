"""Prepare data before a model sees them: tables, images and clinical text.

See :mod:`.tables`, :mod:`.images` and :mod:`.text`.  Each step reports what it changed.
"""
