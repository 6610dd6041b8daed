"""The command line, ``medai ...`` (also ``python -m medai ...``)."""
