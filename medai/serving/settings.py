"""What a decision-support service is told before it starts: who may call it, and how much.

Everything that a hospital must decide stands in one frozen :class:`Settings`, read from a
TOML or JSON file.  A setting that makes the service unsafe is refused when it is read, not
when the first patient arrives.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from medai.runtime.errors import MedaiError
from medai.serving.keysets import Issuer, read_issuers

#: Signatures with a public and a private key.  ``none`` and the symmetric HS* are not here on
#: purpose: CDS Hooks 2.0 forbids both, and no setting can bring them back.
ASYMMETRIC = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
#: Names by which a browser or a test on this machine calls a service on loopback.
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1", "testserver")


@dataclass(frozen=True)
class Settings:
    """The settings of one service; see :meth:`development` and :meth:`from_file`.

    Attributes
    ----------
    mode : str
        ``"production"``: every call carries a signed token.  ``"development"``: a call
        without a token is let in, one with a token is checked if there are `issuers`, and
        the service listens on loopback only.
    host, port : str, int
        Where the service listens.
    audience : str
        The base URL by which callers know the service, without a slash at the end.
    issuers : tuple of Issuer
        Who may call, with their public keys.
    algorithms : tuple of str
        Accepted signature algorithms, a subset of :data:`ASYMMETRIC`.
    leeway_s, max_token_lifetime_s : int
        Accepted difference between clocks, and the longest ``exp - iat``, in seconds.
    max_token_bytes : int
        Longest ``Authorization`` header.
    store : Path or None
        The SQLite file of feedback and used tokens.  None keeps them in memory, which only
        development may.
    max_body_bytes : int
        Longest request body.
    timeout_s : float
        Seconds until a request that is not answered is given up (503).
    rate_per_minute, rate_burst : int
        Requests of one client per minute, and at once.  A rate of 0 switches the limit off,
        which only development may.
    origins : tuple of str
        Web pages that may call from a browser (CORS), such as ``https://ehr.example``.
    hosts : tuple of str
        Accepted ``Host`` names; empty accepts the host of `audience` only.
    chat : bool
        Whether the chat page answers.  It is for people, who carry no token.
    metrics : bool
        Whether ``/metrics`` answers everybody, without a token.  If not, production answers
        only callers on this machine that do not come through a proxy; development, which
        listens on this machine only, always answers.
    openapi : bool
        Whether production shows ``/openapi.json``, the list of what it answers.

    Raises
    ------
    MedaiError
        When a value is missing, wrong, or unsafe in its mode.
    """

    mode: Literal["development", "production"]
    host: str = "127.0.0.1"
    port: int = 8032
    audience: str = "http://127.0.0.1:8032"
    issuers: tuple[Issuer, ...] = ()
    algorithms: tuple[str, ...] = ("ES384", "RS384")
    leeway_s: int = 30
    max_token_lifetime_s: int = 300
    max_token_bytes: int = 8_192
    store: Path | None = None
    max_body_bytes: int = 1_048_576
    timeout_s: float = 10.0
    rate_per_minute: int = 600
    rate_burst: int = 100
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    chat: bool = False
    metrics: bool = False
    openapi: bool = False

    def __post_init__(self):
        check(self)

    @property
    def is_development(self) -> bool:
        """Whether a call without a token is let in."""
        return self.mode == "development"

    @property
    def accepted_hosts(self) -> tuple[str, ...]:
        """Lower-case names that a ``Host`` header may carry, without ports."""
        own = (urlsplit(self.audience).hostname or "",)
        return tuple(name.lower() for name in (self.hosts or own))

    @classmethod
    def development(cls, **changes: Any) -> Settings:
        """Give settings to try the service on this machine: no token, loopback, in memory.

        Parameters
        ----------
        **changes
            Fields that differ from the defaults, such as ``port=9000``.

        Raises
        ------
        MedaiError
            When a change is wrong, or would let another machine call.
        """
        values: dict[str, Any] = {"rate_per_minute": 0, "hosts": LOOPBACK_HOSTS}
        values |= changes
        if "audience" not in values:
            values["audience"] = f"http://127.0.0.1:{values.get('port', 8032)}"
        refuse_unknown(values, "development()")
        return cls(mode="development", **values)

    @classmethod
    def from_file(cls, path: str | Path) -> Settings:
        """Read settings from a ``.toml`` or ``.json`` file.

        Paths in the file (``store``, an issuer's ``key_file``) are taken from the file's
        folder.  ``mode`` must be written out: nothing falls into development by itself.

        Raises
        ------
        MedaiError
            When the file can't be read, or a value is wrong.
        """
        path = Path(path)
        values = read_table(path)
        refuse_unknown(values, str(path))
        if "mode" not in values:
            raise MedaiError(
                f'{path} has no mode. Write mode = "production", or "development" to try '
                "the service on this machine without tokens."
            )
        values["issuers"] = read_issuers(values.get("issuers", []), path.parent)
        if values.get("store") is not None:
            if not isinstance(values["store"], str):
                raise wrong("store", values["store"], "must be the path of a file")
            values["store"] = path.parent / values["store"]
        for name in ("algorithms", "origins", "hosts"):
            if isinstance(values.get(name), list):
                values[name] = tuple(values[name])
        if values["mode"] == "development" and "audience" not in values:
            return cls.development(**{k: v for k, v in values.items() if k != "mode"})
        return cls(**values)


def read_table(path: Path) -> dict[str, Any]:
    """Return the table in a TOML or JSON file."""
    if path.suffix not in (".toml", ".json"):
        raise MedaiError(f"{path}: settings are read from a .toml or a .json file.")
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MedaiError(f"The settings file {path} can't be read: {error}.") from error
    try:
        table = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MedaiError(f"{path} is not valid {path.suffix[1:].upper()}: {error}.") from error
    if not isinstance(table, dict):
        raise MedaiError(f"{path} must hold a table of settings, not a {type(table).__name__}.")
    return table


def refuse_unknown(values: Mapping[str, Any], where: str) -> None:
    """Raise for a name that is no setting: a misspelt limit would silently not hold."""
    known = [field.name for field in dataclasses.fields(Settings)]
    for name in values:
        if name not in known:
            raise MedaiError(f"{where}: {name!r} is no setting. Known: {', '.join(known)}.")


def wrong(name: str, value: Any, rule: str) -> MedaiError:
    """Return the error for a value that breaks its rule."""
    return MedaiError(f"Setting {name} is {value!r}, but {rule}.")


def check(settings: Settings) -> None:
    """Raise unless every value is of its kind and safe in its mode."""
    if settings.mode not in ("development", "production"):
        raise wrong("mode", settings.mode, "must be 'production' or 'development'")
    check_numbers(settings)
    if not isinstance(settings.host, str) or not settings.host:
        raise wrong("host", settings.host, "must be a name or an address")
    check_url("audience", settings.audience, settings.is_development)
    if settings.audience.endswith("/"):
        raise wrong("audience", settings.audience, "must not end with a slash")
    for name in ("issuers", "algorithms", "origins", "hosts"):
        if not isinstance(getattr(settings, name), tuple):
            raise wrong(name, getattr(settings, name), "must be a list")
    for name in settings.algorithms:
        if name not in ASYMMETRIC:
            raise wrong("algorithms", name, f"only {', '.join(ASYMMETRIC)} may be accepted")
    if not settings.algorithms:
        raise wrong("algorithms", settings.algorithms, "needs one at least")
    for origin in settings.origins:
        check_url("origins", origin, settings.is_development)
        if urlsplit(origin).path:
            raise wrong("origins", origin, "is a scheme and a host only, without a path")
    if settings.store is not None and not isinstance(settings.store, Path):
        raise wrong("store", settings.store, "must be a pathlib.Path")
    for name in settings.hosts:
        if not isinstance(name, str) or not name or "*" in name or "/" in name:
            raise wrong("hosts", name, "must be names, without patterns and paths")
    for name in ("chat", "metrics", "openapi"):
        if not isinstance(getattr(settings, name), bool):
            raise wrong(name, getattr(settings, name), "must be true or false")
    for issuer in settings.issuers:
        for url in issuer.jku:
            check_url("jku", url, settings.is_development)
    names = [issuer.iss for issuer in settings.issuers]
    if len(set(names)) < len(names):
        raise wrong("issuers", names, "each may stand once only")
    (check_development if settings.is_development else check_production)(settings)


def check_numbers(settings: Settings) -> None:
    """Raise unless every number is a number and within its bounds."""
    bounds = {
        "port": (1, 65_535),
        "leeway_s": (0, 300),
        "max_token_lifetime_s": (1, 3_600),
        "max_token_bytes": (256, 65_536),
        "max_body_bytes": (1_024, 100_000_000),
        "timeout_s": (0.01, 600),
        "rate_per_minute": (0, 1_000_000),
        "rate_burst": (1, 100_000),
    }
    for name, (low, high) in bounds.items():
        value = getattr(settings, name)
        kinds = (int, float) if name == "timeout_s" else int
        if not isinstance(value, kinds) or isinstance(value, bool) or not math.isfinite(value):
            raise wrong(name, value, "must be a number" if name == "timeout_s" else "must be whole")
        if not low <= value <= high:
            raise wrong(name, value, f"must lie between {low} and {high}")


def check_url(name: str, url: Any, plain_allowed: bool) -> None:
    """Raise unless a URL is absolute, without user, query and fragment, and https."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        port_readable = parts is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        parts, port_readable = None, False
    if parts is None or not port_readable or not parts.hostname or "@" in parts.netloc:
        raise wrong(name, url, "must be an absolute URL such as https://cds.example.org")
    if parts.query or parts.fragment:
        raise wrong(name, url, "must have no query and no fragment")
    if parts.scheme != "https" and not (plain_allowed and parts.scheme == "http"):
        raise wrong(name, url, "must begin with https://")


def check_development(settings: Settings) -> None:
    """Raise when a service without tokens could be reached from another machine."""
    if not is_loopback(settings.host):
        raise wrong(
            "host",
            settings.host,
            "development lets anybody in, so it listens on 127.0.0.1, ::1 or localhost only; "
            'for other machines write settings with mode = "production"',
        )


def check_production(settings: Settings) -> None:
    """Raise when a production service lacks callers, keys, a store or a limit."""
    if not any(issuer.keys for issuer in settings.issuers):
        raise wrong("issuers", settings.issuers, "production needs one issuer with a public key")
    if settings.store is None:
        raise wrong("store", None, "production keeps feedback in a file")
    if settings.rate_per_minute == 0:
        raise wrong("rate_per_minute", 0, "production needs a limit")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
