"""Seeds, the device report, the offline switch and where files are kept."""

from medai.runtime.errors import MedaiError

__all__ = ["MedaiError"]
