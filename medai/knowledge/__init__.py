"""Room ``knowledge`` (see its modules)."""
