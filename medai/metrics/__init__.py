"""Room ``metrics`` (see its modules)."""
