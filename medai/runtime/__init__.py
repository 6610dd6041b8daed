"""Seeds, the device report, the offline switch and where files are kept."""

from medai.runtime.errors import MedaiError
from medai.runtime.paths import data_home, offline
from medai.runtime.session import Session, setup

__all__ = ["MedaiError", "Session", "data_home", "offline", "setup"]
