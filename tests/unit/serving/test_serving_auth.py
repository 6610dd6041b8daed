"""Tokens: what a hospital's token opens, and each way in which a wrong one stays outside.

The rules are those of CDS Hooks 2.0, "Trusting CDS Clients" and "JWT Signing Algorithm".
"""

import asyncio
import contextlib
import hashlib
import hmac
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from serving_keys import (
    BASE,
    DISCOVERY,
    HOSPITAL,
    HOSPITAL_RSA,
    ISS,
    JKU,
    STRANGER,
    bearer,
    by_hand,
    claims,
    jwk,
    part,
)

from medai.runtime.errors import MedaiError
from medai.serving.auth import Refused, Verifier
from medai.serving.keysets import Issuer
from medai.serving.replay import Token
from medai.serving.settings import Settings

ISSUERS = (
    Issuer(ISS, (jwk(HOSPITAL, "k1"), jwk(HOSPITAL_RSA, "r1", alg="RS384")), (JKU,)),
    Issuer("https://other.example.org", (jwk(STRANGER, "s1"),)),
)


def settings(tmp_path, **changes):
    values = {"audience": BASE, "issuers": ISSUERS, "store": tmp_path / "store.sqlite"}
    return Settings(mode="production", **(values | changes))


@pytest.fixture
def verifier(tmp_path):
    verifier = Verifier(settings(tmp_path))
    yield verifier
    verifier.close()


def refusal(verifier, header, url=DISCOVERY):
    with pytest.raises(Refused) as caught:
        verifier.check(header, url=url)
    return caught.value


def test_a_good_token_says_who_calls(verifier):
    found = verifier.check(bearer(jti="one", tenant="ward-3"), url=DISCOVERY)
    assert (found.iss, found.jti, found.tenant) == (ISS, "one", "ward-3")
    assert found.exp - found.iat == 60


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_as_http_does(verifier, scheme):
    verifier.check(bearer().replace("Bearer", scheme), url=DISCOVERY)


def test_an_rsa_key_and_an_audience_in_a_list(verifier):
    header = bearer(HOSPITAL_RSA, "RS384", {"kid": "r1", "jku": JKU}, aud=["x", DISCOVERY])
    assert verifier.check(header, url=DISCOVERY).iss == ISS


def test_each_endpoint_has_its_own_audience(verifier):
    url = f"{BASE}/cds-services/pgx"
    verifier.check(bearer(aud=url), url=url)
    assert refusal(verifier, bearer(aud=DISCOVERY), url).code == "wrong_aud"
    assert refusal(verifier, bearer(aud=BASE), url).code == "wrong_aud"


def test_the_callers_host_header_changes_nothing(verifier):
    evil = "https://evil.example/cds-services"
    assert refusal(verifier, bearer(aud=evil), evil).code == "wrong_aud"
    verifier.check(bearer(), url="http://10.0.0.7:8032/cds-services?x=1")


class Now(NamedTuple):
    """A moment, in seconds from the one at which the test runs."""

    seconds: int
    kind: Callable[[int], Any] = int


#: What a claim is instead; a time is written as seconds from now, when the test runs.
WRONG_CLAIMS = {
    "expired": ({"iat": Now(-120), "exp": Now(-60)}, "expired"),
    "issued in the future": ({"iat": Now(600), "exp": Now(660)}, "not_yet_valid"),
    "not yet valid": ({"nbf": Now(600)}, "not_yet_valid"),
    "another audience": ({"aud": "https://elsewhere.example/cds-services"}, "wrong_aud"),
    "an audience of numbers": ({"aud": [1]}, "wrong_aud"),
    "unknown issuer": ({"iss": "https://evil.example"}, "wrong_iss"),
    "issuer is a list": ({"iss": [ISS]}, "wrong_iss"),
    "no issuer": ({"iss": None}, "wrong_iss"),
    "no audience": ({"aud": None}, "missing_claim"),
    "no expiry": ({"exp": None}, "missing_claim"),
    "no time of issue": ({"iat": None}, "missing_claim"),
    "no jti": ({"jti": None}, "missing_claim"),
    "empty jti": ({"jti": ""}, "wrong_jti"),
    "blank jti": ({"jti": "  "}, "wrong_jti"),
    "long jti": ({"jti": "x" * 256}, "wrong_jti"),
    "jti is a number": ({"jti": 7}, "malformed"),
    "jti is half a character": ({"jti": "\ud800"}, "wrong_jti"),
    "lives for a day": ({"exp": Now(86_400)}, "wrong_lifetime"),
    "lives for ever": ({"exp": 10**30}, "wrong_lifetime"),
    "ends before it begins": ({"iat": Now(20), "exp": Now(10)}, "wrong_lifetime"),
    "expiry in words": ({"exp": "tomorrow"}, "malformed"),
    "expiry as text": ({"exp": Now(60, str)}, "malformed"),
    "expiry is true": ({"exp": True, "iat": 0}, "expired"),
    "time of issue as text": ({"iat": Now(0, str)}, "malformed"),
    "nbf as text": ({"nbf": Now(0, str)}, "malformed"),
}


@pytest.mark.parametrize(("changes", "code"), WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_wrong_claims_are_refused_with_401(verifier, changes, code):
    now = int(time.time())
    made = {
        name: value.kind(now + value.seconds) if isinstance(value, Now) else value
        for name, value in changes.items()
    }
    found = refusal(verifier, bearer(**made))
    assert (found.status, found.code) == (401, code)
    assert found.headers["WWW-Authenticate"].startswith('Bearer realm="cds-services", error=')


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer\t"]
)
def test_no_token_is_a_challenge(verifier, header):
    found = refusal(verifier, header)
    assert (found.status, found.code) == (401, "missing_token")
    assert found.headers == {"WWW-Authenticate": 'Bearer realm="cds-services"'}


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 7, ["ES384"]])
def test_an_unsigned_token_is_refused(verifier, alg):
    for signature in (b"", b"x" * 96):
        header = by_hand({"alg": alg, "typ": "JWT", "kid": "k1"}, claims(), signature)
        assert refusal(verifier, header).code == "wrong_alg"


def test_a_signature_cut_off_is_refused(verifier):
    header = bearer()
    assert refusal(verifier, header.rpartition(".")[0] + ".").code == "wrong_signature"
    assert refusal(verifier, header.rpartition(".")[0]).code == "malformed"


@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_the_public_key_is_no_hmac_secret(verifier, form):
    """The classic confusion: sign with HS256 and the public key, which everybody knows."""
    public = HOSPITAL_RSA.public_key()
    secret = {
        "pem": public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "der": public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        "jwk": json.dumps(jwk(HOSPITAL_RSA, "r1", alg="RS384")).encode(),
    }[form]
    for alg, digest in (("HS256", hashlib.sha256), ("HS384", hashlib.sha384)):
        signed = f"{part({'alg': alg, 'typ': 'JWT', 'kid': 'r1'})}.{part(claims())}"
        mac = hmac.new(secret, signed.encode(), digest).digest()
        assert refusal(verifier, f"Bearer {signed}.{part(mac)}").code == "wrong_alg"


def test_an_algorithm_that_is_not_the_keys_is_refused(tmp_path):
    both = settings(tmp_path, algorithms=("ES384", "RS256", "RS384"))
    verifier = Verifier(both)
    header = bearer(HOSPITAL_RSA, "RS256", {"kid": "r1"})  # the key says RS384
    assert refusal(verifier, header).code == "unknown_key"
    verifier.close()


WRONG_HEADERS = {
    "another address of keys": ({"jku": "https://evil.example/keys.json"}, "wrong_jku"),
    "jku is a list": ({"jku": [JKU]}, "wrong_jku"),
    "unknown key": ({"kid": "k9"}, "unknown_key"),
    "another's key": ({"kid": "s1"}, "unknown_key"),
    "no typ": ({"typ": None}, "wrong_typ"),
    "another typ": ({"typ": "at+jwt"}, "wrong_typ"),
}


@pytest.mark.parametrize(("header", "code"), WRONG_HEADERS.values(), ids=WRONG_HEADERS)
def test_wrong_headers_are_refused(verifier, header, code):
    assert refusal(verifier, bearer(headers=header)).code == code


def test_a_key_inside_the_token_is_not_believed(verifier):
    """The token brings the stranger's own key along and names the hospital's."""
    header = {"jwk": jwk(STRANGER, "k1"), "x5u": "https://evil.example/cert.pem"}
    assert refusal(verifier, bearer(STRANGER, headers=header)).code == "wrong_signature"


@pytest.mark.parametrize("kid", [None, "", 7, ["k1"], {"a": 1}])
def test_a_token_must_name_its_key(verifier, kid):
    header = {"alg": "ES384", "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    assert refusal(verifier, by_hand(header, claims(), b"x" * 96)).status == 401


@pytest.mark.parametrize("more", [{"crit": ["exp"]}, {"b64": False, "crit": ["b64"]}, {"crit": []}])
def test_unknown_extensions_are_refused(verifier, more):
    header = {"alg": "ES384", "typ": "JWT", "kid": "k1"} | more
    assert refusal(verifier, by_hand(header, claims(), b"x" * 96)).status == 401


def test_a_strangers_signature_is_refused(verifier):
    assert refusal(verifier, bearer(STRANGER)).code == "wrong_signature"
    other = bearer(HOSPITAL, iss="https://other.example.org", headers={"kid": "s1"})
    assert refusal(verifier, other).code == "wrong_signature"


def test_claims_changed_after_signing_are_refused(verifier):
    head, _, signature = bearer().removeprefix("Bearer ").split(".")
    assert (
        refusal(verifier, f"Bearer {head}.{part(claims())}.{signature}").code == "wrong_signature"
    )


def test_a_token_opens_the_door_once(verifier):
    header = bearer()
    verifier.check(header, url=DISCOVERY)
    found = refusal(verifier, header)
    assert (found.status, found.code) == (401, "replayed")


def test_a_replay_after_a_restart_is_refused(tmp_path):
    header = bearer()
    first = Verifier(settings(tmp_path))
    first.check(header, url=DISCOVERY)
    first.close()
    second = Verifier(settings(tmp_path))
    assert refusal(second, header).code == "replayed"
    second.close()


def test_a_refused_token_is_not_used_up(verifier):
    """Otherwise a stranger who saw a jti could burn the hospital's token before it arrives."""
    refusal(verifier, bearer(STRANGER, jti="one"))
    verifier.check(bearer(jti="one"), url=DISCOVERY)


def token(jti):
    return Token(ISS, jti, int(time.time()) + 60)


@contextlib.contextmanager
def another_process_writes(tmp_path):
    other = sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_while_another_writes_nothing_is_said_of_a_token(tmp_path, verifier):
    """Without waiting: neither let in nor used up."""
    used = verifier.used
    with another_process_writes(tmp_path):
        assert used.use([token("a")], wait=False) is None
    with used._lock:  # another thread
        assert used.use([token("a")], wait=False) is None
    assert used.use([token("a"), token("b"), token("a")], wait=False) == [True, True, False]
    assert used.use([token("b"), token("c")]) == [False, True]


def test_of_twenty_requests_at_once_with_one_token_one_gets_in(verifier):
    claims = verifier.judge(bearer(), url=DISCOVERY)

    async def call():
        try:
            await verifier.use_soon(claims)
        except Refused as error:
            return error.code
        return "inside"

    async def calls():
        return await asyncio.gather(*(call() for _ in range(20)))

    assert sorted(asyncio.run(calls())) == ["inside"] + ["replayed"] * 19
    assert refusal_of(verifier.use, claims).code == "replayed"


def refusal_of(call, *args):
    with pytest.raises(Refused) as caught:
        call(*args)
    return caught.value


def test_a_request_waits_while_another_process_writes(tmp_path, verifier):
    """The loop goes on meanwhile, and the token counts when the other is ready."""

    async def calls():
        with another_process_writes(tmp_path):
            waiting = asyncio.ensure_future(verifier.together.use(token("a")))
            later = asyncio.ensure_future(verifier.together.use(token("b")))
            for _ in range(20):
                await asyncio.sleep(0.001)
            assert not waiting.done()
        return [await waiting, await later, await verifier.together.use(token("a"))]

    assert asyncio.run(calls()) == [True, True, False]


def test_a_lock_that_never_ends_lets_nobody_in(tmp_path, verifier, monkeypatch):
    monkeypatch.setattr("medai.serving.replay.WAIT_S", 0.01)
    claims = verifier.judge(bearer(), url=DISCOVERY)
    with another_process_writes(tmp_path):
        found = refusal_of(asyncio.run, verifier.use_soon(claims))
    assert (found.status, found.headers) == (503, {"Retry-After": "5"})
    asyncio.run(verifier.use_soon(claims))  # not used up by the try


def test_a_caller_who_goes_away_takes_nobody_along(tmp_path, verifier):
    async def calls():
        with another_process_writes(tmp_path):
            gone, stays = (
                asyncio.ensure_future(verifier.together.use(token(name))) for name in "ab"
            )
            await asyncio.sleep(0.005)
            gone.cancel()
            await asyncio.sleep(0.005)
        return await stays, await asyncio.gather(gone, return_exceptions=True)

    stays, gone = asyncio.run(calls())
    assert stays is True
    assert isinstance(gone[0], asyncio.CancelledError)


def test_of_twenty_threads_with_one_token_one_gets_in(verifier):
    header, codes = bearer(), []

    def call():
        try:
            verifier.check(header, url=DISCOVERY)
            codes.append("inside")
        except Refused as error:
            codes.append(error.code)

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["inside"] + ["replayed"] * 19


def test_used_ids_are_forgotten_when_they_have_expired(verifier):
    used = verifier.used
    past = int(time.time()) - 1
    assert used.use([Token(ISS, "old", past)])
    used._swept = float("-inf")
    assert used.use([Token(ISS, "new", past + 100)])
    rows = used._database.execute("SELECT jti FROM used_tokens").fetchall()
    assert rows == [("new",)]


def test_a_full_store_of_ids_lets_nobody_in(verifier):
    verifier.used.most = 2
    verifier.check(bearer(), url=DISCOVERY)
    verifier.check(bearer(), url=DISCOVERY)
    found = refusal(verifier, bearer())
    assert (found.status, found.headers) == (503, {"Retry-After": "5"})


def test_without_its_store_nobody_gets_in(verifier):
    verifier.used.close()
    assert refusal(verifier, bearer()).status == 503
    claims = verifier.judge(bearer(), url=DISCOVERY)
    assert refusal_of(asyncio.run, verifier.use_soon(claims)).status == 503


def test_a_long_header_is_refused_unread(verifier):
    found = refusal(verifier, "Bearer " + "a" * 8_192)
    assert (found.status, found.code, found.headers) == (431, "token_too_long", {})


def test_no_key_is_ever_fetched(verifier, monkeypatch):
    def no_network(*args, **kwargs):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    verifier.check(bearer(headers={"jku": JKU}), url=DISCOVERY)
    refusal(verifier, bearer(headers={"jku": "http://169.254.169.254/keys"}))


garbage = st.one_of(
    st.text(max_size=200),
    st.lists(st.text("abcdefABCDEF0123456789-_=", max_size=40), max_size=6).map(".".join),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    ).map(lambda value: f"{part({'alg': 'ES384', 'typ': 'JWT', 'kid': 'k1'})}.{part(value)}.AAAA"),
    st.binary(max_size=60).map(lambda data: f"{part(data)}.{part(data)}.{part(data)}"),
)
SHARED = Verifier(Settings.development(audience="http://127.0.0.1", issuers=ISSUERS))


@given(garbage)
def test_no_garbage_opens_the_door_or_breaks_it(text):
    with pytest.raises(Refused) as caught:
        SHARED.check("Bearer " + text, url=DISCOVERY)
    assert caught.value.status in (401, 431)
    longest = max(text.split("."), key=len)
    if len(longest) > 20:  # nothing of the token is repeated
        assert longest not in str(caught.value.headers) + caught.value.message


def test_development_lets_in_without_a_token_but_not_with_a_wrong_one():
    assert SHARED.check(None, url=DISCOVERY).iss == "development"
    assert refusal(SHARED, bearer(STRANGER)).code == "wrong_signature"


def test_development_without_issuers_does_not_read_tokens():
    verifier = Verifier(Settings.development())
    assert verifier.check("Bearer x", url=DISCOVERY).iss == "development"


def test_a_short_rsa_key_is_refused_at_the_start(tmp_path):
    weak = jwk(rsa.generate_private_key(65537, 1024), "w1")
    with pytest.raises(MedaiError, match=r"shorter than 2,048 bits"):
        Verifier(settings(tmp_path, issuers=(Issuer(ISS, (weak,)),)))


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "EC", "crv": "P-384", "x": "AAAA", "y": "AAAA", "kid": "k"},
        {"kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA", "kid": "k"},
        {"kty": "RSA", "n": "!!", "e": "AQAB", "kid": "k"},
        {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "k"},
        jwk(HOSPITAL, "k", alg="HS256"),
    ],
)
def test_an_unusable_key_is_refused_at_the_start(tmp_path, key):
    with pytest.raises(MedaiError, match="Key 'k'"):
        Verifier(settings(tmp_path, issuers=(Issuer(ISS, (key,)),)))


def test_the_specifications_own_example_verifies_but_for_its_age(tmp_path):
    """The key and claims are those that CDS Hooks 2.0 prints; they lived from 2011 to 2015."""
    private = {
        "kty": "EC",
        "crv": "P-384",
        "kid": "example-kid",
        "alg": "ES384",
        "use": "sig",
        "x": "46SDH7Znh821wblCBglA61sNE9ZrHYKKt3qRtRTmSXyOI_FIGBLWrWa0GPUkDCEk",
        "y": "XMcRuuoGW7CXjQdy-F5i3FeBE0x9hPLdeFdSoDd3ELmx404tLX0VRRcqzAsPhXcI",
        "d": "SeFXUXda8UomZ8GFUl7HH_Oi15rIbfMcsWj9ecIsDR8kLbqsEz2CGNgwy_IcILxy",
    }
    public = {name: value for name, value in private.items() if name != "d"}
    iss = "https://fhir-ehr.example.com/"
    issuer = Issuer(iss, (public,), ("https://fhir-ehr.example.com/jwk_uri",))
    verifier = Verifier(settings(tmp_path, issuers=(issuer,)))
    url = "https://cds.example.org/cds-services/some-service"
    head = {"kid": "example-kid", "jku": "https://fhir-ehr.example.com/jwk_uri"}
    key = jwt.PyJWK(private).key
    old = bearer(key, headers=head, iss=iss, aud=url, iat=1311280970, exp=1422568860)
    assert refusal(verifier, old, url).code == "expired"
    assert verifier.check(bearer(key, headers=head, iss=iss, aud=url), url=url).iss == iss
    verifier.close()
