"""Who may call the service, and the public keys by which they are known.

A key set is a JSON Web Key Set (RFC 7517).  It holds public keys only: a private or a
symmetric key in a settings file is refused, because whoever reads it could sign.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medai.runtime.errors import MedaiError

#: Members of a JWK that only a private (or symmetric) key has: RFC 7518, section 6.
PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
#: What each kind of public key consists of.
PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}


@dataclass(frozen=True)
class Issuer:
    """A system that may call the service.

    Attributes
    ----------
    iss : str
        The name it writes into the ``iss`` claim.
    keys : tuple of dict
        Its public keys, each a JWK with a ``kid``.
    jku : tuple of str
        Addresses that its tokens may name as the place of its key set.  They are compared,
        never fetched.
    """

    iss: str
    keys: tuple[Mapping[str, Any], ...] = field(repr=False)
    jku: tuple[str, ...] = ()

    def __post_init__(self):
        if not isinstance(self.iss, str) or not self.iss.strip():
            raise MedaiError(f"An issuer's iss is {self.iss!r}, but must be its name.")
        if not all(isinstance(url, str) for url in self.jku):
            raise MedaiError(f"The jku of issuer {self.iss} must be a list of addresses.")
        seen: set[str] = set()
        for key in self.keys:
            check_key(key, self.iss)
            if key["kid"] in seen:
                raise MedaiError(f"Issuer {self.iss} has two keys with kid {key['kid']!r}.")
            seen.add(key["kid"])


def check_key(key: Any, iss: str) -> None:
    """Raise unless `key` is one usable public JWK."""
    where = f"A key of issuer {iss}"
    if not isinstance(key, Mapping):
        raise MedaiError(f"{where} is a {type(key).__name__}, but must be a JWK (a table).")
    kind = key.get("kty")
    if kind not in PUBLIC:
        raise MedaiError(f"{where} has kty {kind!r}, but must be one of {', '.join(PUBLIC)}.")
    if any(member in key for member in PRIVATE):
        raise MedaiError(f"{where} is a private key. Give its public half only.")
    kid = key.get("kid")
    if not isinstance(kid, str) or not kid:
        raise MedaiError(f"{where} has no kid. Callers name their key by it.")
    missing = [m for m in PUBLIC[kind] if not isinstance(key.get(m), str)]
    if missing:
        raise MedaiError(f"Key {kid!r} of issuer {iss} lacks {', '.join(missing)}.")
    if key.get("use", "sig") != "sig":
        raise MedaiError(f"Key {kid!r} of issuer {iss} is not for signatures (use is not sig).")


def read_key_file(path: Path) -> tuple[dict[str, Any], ...]:
    """Read a JWK Set file: ``{"keys": [...]}``."""
    try:
        table = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise MedaiError(f"The key set {path} can't be read: {error}.") from error
    keys = table.get("keys") if isinstance(table, dict) else None
    if not isinstance(keys, list):
        raise MedaiError(f'{path} is not a JWK Set: it needs {{"keys": [...]}}.')
    return tuple(keys)


def read_issuers(rows: Any, folder: Path) -> tuple[Issuer, ...]:
    """Return the issuers of a settings file.

    Parameters
    ----------
    rows : list of dict
        Each with ``iss``, and ``keys`` (a list of JWK) or ``key_file`` (a JWK Set), and
        perhaps ``jku``.
    folder : Path
        Where a relative ``key_file`` is looked for.

    Raises
    ------
    MedaiError
        When a row is not of that form, or a key is not a public key.
    """
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise MedaiError("Setting issuers must be a list of tables with iss and keys.")
    return tuple(read_issuer(row, folder) for row in rows)


def read_issuer(row: Any, folder: Path) -> Issuer:
    """Return one issuer of a settings file."""
    if not isinstance(row, Mapping) or not isinstance(row.get("iss"), str):
        raise MedaiError("Each of the issuers must be a table with iss.")
    unknown = set(row) - {"iss", "keys", "key_file", "jku"}
    if unknown:
        raise MedaiError(f"Issuer {row['iss']}: unknown {', '.join(sorted(unknown))}.")
    if ("keys" in row) == ("key_file" in row):
        raise MedaiError(f"Issuer {row['iss']} needs either keys or key_file.")
    if "key_file" in row:
        if not isinstance(row["key_file"], str):
            raise MedaiError(f"Issuer {row['iss']}: key_file must be a path.")
        keys = read_key_file(folder / row["key_file"])
    else:
        keys = row["keys"]
    jku = row.get("jku", [])
    jku = [jku] if isinstance(jku, str) else jku
    if not isinstance(keys, Sequence) or isinstance(keys, str) or not isinstance(jku, Sequence):
        raise MedaiError(f"Issuer {row['iss']}: keys and jku must be lists.")
    return Issuer(row["iss"], tuple(keys), tuple(jku))
