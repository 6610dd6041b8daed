"""``python -m medai`` is the same as the console script ``medai``."""

import sys

from medai.cli import main

if __name__ == "__main__":
    sys.exit(main())
