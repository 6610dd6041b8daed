"""What maintainers run: ``python -m tools.execute``, ``tools.check``, ``tools.text``."""
