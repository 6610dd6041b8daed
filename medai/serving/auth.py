"""Is this call from a hospital system we know?  Bearer tokens as CDS Hooks 2.0 asks for.

Each call, the discovery too, carries a signed JSON Web Token made for this one call
(https://cds-hooks.hl7.org/2.0/, "Trusting CDS Clients").  PyJWT verifies the signature with
a key from the settings: nothing that the token names is ever fetched or trusted before.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from medai.runtime.errors import MedaiError
from medai.serving.replay import Together, Token, UsedTokens
from medai.serving.settings import Settings
from medai.serving.store import StoreError

REQUIRED = ("iss", "aud", "exp", "iat", "jti")
#: Which algorithms a kind of key can verify: (kty, crv) of RFC 7518 and RFC 8037.
ALGORITHMS_OF = {
    ("RSA", None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
LONGEST_ID = 255


class Refused(Exception):
    """A call that is not let in.

    Attributes
    ----------
    status : int
        401 for a token that is missing or wrong, 431 for one that is too long, 503 when the
        store of used tokens fails: then nobody is let in.
    code : str
        A short name for programs, such as ``"expired"``.
    message : str
        A sentence for people.  It never repeats what the token says.
    """

    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    @property
    def headers(self) -> dict[str, str]:
        """The ``WWW-Authenticate`` header of RFC 6750 that belongs to a 401."""
        if self.status != 401:
            return {"Retry-After": "5"} if self.status == 503 else {}
        if self.code == "missing_token":
            return {"WWW-Authenticate": 'Bearer realm="cds-services"'}
        described = f'error="invalid_token", error_description="{self.message}"'
        return {"WWW-Authenticate": f'Bearer realm="cds-services", {described}'}


@dataclass(frozen=True)
class Claims:
    """Who called, as its token proves.

    Attributes
    ----------
    iss : str
        The issuer; ``"development"`` for a call without a token in development.
    jti : str
        The token's id.
    iat, exp : float
        From when until when the token holds, in seconds since 1970.
    tenant : str or None
        The organisation on whose behalf the issuer calls.
    """

    iss: str
    jti: str
    iat: float
    exp: float
    tenant: str | None = None


class Verifier:
    """Check the ``Authorization`` header of each call.

    Parameters
    ----------
    settings : Settings
        Issuers with their keys, accepted algorithms, audience and limits.

    Raises
    ------
    MedaiError
        When a key can't be read, is shorter than 2,048 bits (RSA), or fits no accepted
        algorithm; or the store can't be opened.
    """

    def __init__(self, settings: Settings):
        self.settings = settings
        self.issuers = {issuer.iss: issuer for issuer in settings.issuers}
        self.keys = {
            (issuer.iss, key["kid"]): usable_keys(issuer.iss, key, settings.algorithms)
            for issuer in settings.issuers
            for key in issuer.keys
        }
        self.used = UsedTokens(settings.store)
        self.together = Together(self.used)

    def check(self, header: str | None, *, url: str) -> Claims:
        """Return who calls, or refuse.

        Parameters
        ----------
        header : str or None
            The ``Authorization`` header as it came.
        url : str
            The called URL.  Of it only the path is used, behind the audience of the
            settings, because the ``Host`` header is the caller's to choose.

        Raises
        ------
        Refused
            When the token is missing, wrong, or was used before.
        """
        claims = self.judge(header, url=url)
        self.use(claims)
        return claims

    def judge(self, header: str | None, *, url: str) -> Claims:
        """Do all of :meth:`check` that needs no disk; :meth:`use` is the rest."""
        settings = self.settings
        if settings.is_development and (header is None or not settings.issuers):
            return Claims("development", "", 0.0, math.inf)
        token = self._token(header)
        found, iss = self._unverified(token)
        jku = found.get("jku")
        if jku is not None and jku not in self.issuers[iss].jku:
            raise refused("wrong_jku", "The jku is not an accepted address of this issuer")
        key = self.keys.get((iss, found["kid"]), {}).get(found["alg"])
        if key is None:
            raise refused("unknown_key", "No key of this issuer has this kid and algorithm")
        claims = self._verified(token, key, iss, url)
        tenant = claims.get("tenant")
        return Claims(
            iss,
            claims["jti"],
            claims["iat"],
            claims["exp"],
            tenant if isinstance(tenant, str) else None,
        )

    def use(self, claims: Claims) -> None:
        """Refuse a token that was used before; when that can't be known, refuse it too."""
        if claims.jti:  # none: no token, in development
            with unknown_is_refused():
                new = self.used.use([self._used(claims)])
            self._first(new[0])

    async def use_soon(self, claims: Claims) -> None:
        """Do what :meth:`use` does, together with the other requests of this moment."""
        if claims.jti:
            with unknown_is_refused():
                new = await self.together.use(self._used(claims))
            self._first(new)

    def _used(self, claims: Claims) -> Token:
        """Return what the store is told of a token."""
        expires = math.ceil(claims.exp) + self.settings.leeway_s
        return Token(claims.iss, claims.jti, expires)

    def _first(self, new: bool) -> None:
        """Refuse what is not new."""
        if not new:
            raise refused("replayed", "The token was used before")

    def close(self) -> None:
        """Close the store of used tokens."""
        self.used.close()

    def _token(self, header: str | None) -> str:
        """Return the token in the header."""
        if not header:
            raise refused("missing_token", "A bearer token is required")
        if len(header) > self.settings.max_token_bytes:
            raise Refused(431, "token_too_long", "The Authorization header is too long")
        scheme, _, token = header.partition(" ")
        token = token.strip(" ")
        if scheme.lower() != "bearer" or not token:
            raise refused("missing_token", "A bearer token is required")
        if not token.isascii() or " " in token or not token.isprintable():
            raise refused("malformed", "The token is not a JSON Web Token")
        return token

    def _unverified(self, token: str) -> tuple[dict[str, Any], str]:
        """Return the token's header and issuer, acceptable; the signature has yet to prove them."""
        import jwt

        try:
            found = jwt.decode_complete(token, options={"verify_signature": False})
        except (jwt.PyJWTError, ValueError) as error:
            raise refused("malformed", "The token is not a JSON Web Token") from error
        header, iss = found["header"], found["payload"].get("iss")
        if header.get("alg") not in self.settings.algorithms:
            raise refused("wrong_alg", "The token is not signed by an accepted algorithm")
        if header.get("typ") != "JWT":
            raise refused("wrong_typ", "The token's typ must be JWT")
        if not isinstance(header.get("kid"), str) or not header["kid"]:
            raise refused("missing_kid", "The token names no key")
        if "crit" in header or "b64" in header:
            raise refused("wrong_header", "The token's header asks for an unknown extension")
        if not isinstance(iss, str) or iss not in self.issuers:
            raise refused("wrong_iss", "The issuer is not accepted here")
        return header, iss

    def _verified(self, token: str, key: Any, iss: str, url: str) -> dict[str, Any]:
        """Return the claims of a token whose signature and claims hold."""
        import jwt

        settings = self.settings
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=settings.audience + urlsplit(url).path,
                issuer=iss,
                leeway=settings.leeway_s,
                options={"require": list(REQUIRED)},
            )
        except jwt.PyJWTError as error:
            raise refused(*reason(error)) from error
        for name in ("exp", "iat", "nbf"):
            value = claims.get(name, 0)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise refused("malformed", f"The token's {name} must be a number")
        lifetime = claims["exp"] - claims["iat"]
        if not 0 < lifetime <= settings.max_token_lifetime_s:
            raise refused(
                "wrong_lifetime",
                f"The token must live between 1 and {settings.max_token_lifetime_s} seconds",
            )
        jti = claims["jti"]
        if not jti.strip() or len(jti) > LONGEST_ID or not jti.isprintable():
            raise refused("wrong_jti", f"The token's jti must have 1 to {LONGEST_ID} characters")
        return claims


def refused(code: str, message: str) -> Refused:
    """Return the refusal of a token, with status 401.

    Examples
    --------
    >>> refused("expired", "The token has expired").headers
    {'WWW-Authenticate': 'Bearer realm="cds-services", error="invalid_token", error_description="The
    token has expired"'}
    """
    return Refused(401, code, message)


def reason(error: Exception) -> tuple[str, str]:
    """Return our code and sentence for an error of PyJWT, which may quote the token."""
    import jwt

    known = (
        (jwt.ExpiredSignatureError, "expired", "The token has expired"),
        (jwt.ImmatureSignatureError, "not_yet_valid", "The token does not hold yet"),
        (jwt.InvalidAudienceError, "wrong_aud", "The token is for another address"),
        (jwt.InvalidIssuerError, "wrong_iss", "The issuer is not accepted here"),
        (jwt.MissingRequiredClaimError, "missing_claim", f"A token needs {', '.join(REQUIRED)}"),
        (jwt.InvalidSignatureError, "wrong_signature", "The signature does not hold"),
    )
    for kind, code, message in known:
        if isinstance(error, kind):
            return code, message
    return "malformed", "The token is not a JSON Web Token as CDS Hooks asks for"


@contextlib.contextmanager
def unknown_is_refused() -> Iterator[None]:
    """Let nobody in when the store of used tokens fails."""
    try:
        yield
    except StoreError as error:
        raise Refused(503, error.code, "Tokens can't be checked at the moment") from error


def usable_keys(iss: str, key: dict[str, Any], algorithms: tuple[str, ...]) -> dict[str, Any]:
    """Return the key once for each accepted algorithm that it can verify.

    Binding key and algorithm before any token is seen is what makes key confusion impossible:
    a token can pick one of these pairs, but not make a new one.
    """
    import jwt

    curve = None if key["kty"] == "RSA" else key["crv"]
    fitting = ALGORITHMS_OF.get((key["kty"], curve), ())
    if "alg" in key:
        fitting = tuple(name for name in fitting if name == key["alg"])
    try:
        ready = {name: jwt.PyJWK(dict(key), name) for name in fitting if name in algorithms}
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise MedaiError(f"Key {key['kid']!r} of issuer {iss} can't be read: {error}.") from error
    if not ready:
        raise MedaiError(
            f"Key {key['kid']!r} of issuer {iss} fits none of the accepted algorithms "
            f"({', '.join(algorithms)})."
        )
    for prepared in ready.values():
        if key["kty"] == "RSA" and prepared.key.key_size < 2048:
            raise MedaiError(f"Key {key['kid']!r} of issuer {iss} is shorter than 2,048 bits.")
    return ready
