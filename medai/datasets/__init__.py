"""Room ``datasets`` (see its modules)."""
