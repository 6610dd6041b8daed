"""A file that is worth nothing to whoever takes the disk: scrypt, then AES-256-GCM.

It protects a file *at rest*: a lost laptop, a copied backup, a curious administrator of the
storage.  It does not protect against whoever has the passphrase, reads the memory of the running
program, or is allowed to open the file.  A forgotten passphrase means that the data are gone.

Layout: ``MEDAI`` and a byte 1, 16 bytes of salt, 12 bytes of nonce, then the encrypted text with
its 16-byte tag.  Everything before the encrypted text is authenticated as well.
"""

from __future__ import annotations

import os
from pathlib import Path

from medai.runtime.errors import MedaiError
from medai.runtime.files import replacing

MAGIC = b"MEDAI\x01"
SALT, NONCE, TAG = 16, 12, 16
# Cost of scrypt as in OWASP's advice for passwords: 128 MiB and about half a second a guess.
COST, BLOCK, LANES = 2**17, 8, 1
SHORTEST = 12  # characters of a passphrase


def write_encrypted(path: Path, data: bytes, passphrase: str) -> None:
    """Encrypt `data` into a file, which appears whole or not at all.

    Each call draws a new salt and a new nonce, so the same data never look the same twice.

    Parameters
    ----------
    path : Path
        Where to; its folder must exist.  An older file is replaced.
    data : bytes
        What to protect; it is never written in the clear.
    passphrase : str
        At least twelve characters.  It is neither stored nor logged.

    Raises
    ------
    MedaiError
        For a short passphrase, or data that are not bytes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from medai.trust.privacy.encrypt import write_encrypted
    >>> write_encrypted(Path("notes.enc"), b"Mrs Whitcombe, MRN 4482913", "hanna")
    Traceback (most recent call last):
        ...
    medai.runtime.errors.MedaiError: the passphrase is shorter than 12 characters, or no text: take
    several words.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not isinstance(data, bytes):
        raise MedaiError(f"data is {type(data).__name__}: encode text first (text.encode()).")
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    head = MAGIC + salt + nonce
    secret = AESGCM(_key(passphrase, salt)).encrypt(nonce, data, head)
    with replacing(Path(path)) as file:
        file.write(head + secret)


def read_encrypted(path: Path, passphrase: str) -> bytes:
    """Return what :func:`write_encrypted` was given, or refuse.

    A wrong passphrase and a changed file cannot be told apart, on purpose: the tag only says
    that this key and this text do not belong together.  Nothing is returned in that case.

    Raises
    ------
    MedaiError
        For a missing file, one that is not ours or is cut short, a wrong passphrase, or a
        changed byte.  No message holds the passphrase or any of the text.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    path = Path(path)
    if not path.is_file():
        raise MedaiError(f"{path} is not a file: check the name.")
    raw = path.read_bytes()
    start = len(MAGIC) + SALT + NONCE
    if not raw.startswith(MAGIC) or len(raw) < start + TAG:
        raise MedaiError(
            f"{path.name} was not written by write_encrypted, or was cut short: take it from the "
            "backup again."
        )
    salt, nonce = raw[len(MAGIC) : start - NONCE], raw[start - NONCE : start]
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, raw[start:], raw[:start])
    except InvalidTag:
        raise MedaiError(
            f"{path.name} cannot be opened: the passphrase is wrong, or the file was changed. "
            "Try the passphrase again, then the backup."
        ) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    if not isinstance(passphrase, str) or len(passphrase) < SHORTEST:
        raise MedaiError(
            f"the passphrase is shorter than {SHORTEST} characters, or no text: take several words."
        )
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase.encode())
