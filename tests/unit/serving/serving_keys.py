"""Keys and tokens for the tests of the service: a hospital, and somebody who is not it."""

import base64
import json
import time
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

BASE = "https://cds.example.org"
ISS = "https://ehr.example.org"
JKU = "https://ehr.example.org/keys.json"
DISCOVERY = f"{BASE}/cds-services"
HOSPITAL = ec.generate_private_key(ec.SECP384R1())
HOSPITAL_RSA = rsa.generate_private_key(65537, 2048)
STRANGER = ec.generate_private_key(ec.SECP384R1())


def jwk(key, kid, **more):
    """Return the public half of a private key as a JWK."""
    algorithm = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
    return json.loads(algorithm.to_jwk(key.public_key())) | {"kid": kid, "use": "sig"} | more


def claims(**changes):
    """Return good claims with changes; a change to None leaves the claim out."""
    now = int(time.time())
    good = {"iss": ISS, "aud": DISCOVERY, "iat": now, "exp": now + 60, "jti": str(uuid.uuid4())}
    return {name: value for name, value in (good | changes).items() if value is not None}


def bearer(key=HOSPITAL, alg="ES384", headers=None, **changes):
    """Return an Authorization header; good unless told otherwise."""
    header = {"kid": "k1"} | (headers or {})
    payload = json.dumps(claims(**changes)).encode()  # PyJWT itself would not sign wrong claims
    return "Bearer " + jwt.PyJWS().encode(payload, key, algorithm=alg, headers=header)


def part(value):
    """Return one part of a token made by hand: bytes or JSON in base64url."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def by_hand(header, payload, signature=b""):
    """Return a token that no library would make."""
    return f"Bearer {part(header)}.{part(payload)}.{part(signature)}"
