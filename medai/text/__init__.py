"""Room ``text`` (see its modules)."""
