"""The one kind of error a user of :mod:`medai` is meant to read."""


class MedaiError(ValueError):
    """Bad input or a missing piece, said so that the reader can mend it.

    The message names the value, the rule it breaks and the way out, in one or two
    sentences.  The command line prints it without a traceback and exits with code 2.
    """
