"""Settings: nothing unsafe starts, and the message says what to write instead."""

import json

import pytest
from serving_keys import BASE, HOSPITAL, ISS, JKU, jwk

from medai.runtime.errors import MedaiError
from medai.serving.keysets import Issuer
from medai.serving.settings import ASYMMETRIC, Settings

KEY = jwk(HOSPITAL, "k1")
GOOD = {
    "mode": "production",
    "audience": BASE,
    "store": "feedback.sqlite",
    "issuers": [{"iss": ISS, "keys": [KEY], "jku": [JKU]}],
}


def written(tmp_path, **changes):
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({k: v for k, v in (GOOD | changes).items() if v is not None}))
    return path


def test_a_file_is_read_and_paths_are_taken_from_its_folder(tmp_path):
    found = Settings.from_file(written(tmp_path, origins=["https://ehr.example.org"]))
    assert found.mode == "production"
    assert not found.is_development
    assert found.store == tmp_path / "feedback.sqlite"
    assert found.issuers[0] == Issuer(ISS, (KEY,), (JKU,))
    assert found.accepted_hosts == ("cds.example.org",)
    assert found.origins == ("https://ehr.example.org",)


def test_toml_with_a_key_file_says_the_same(tmp_path):
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [KEY]}))
    path = tmp_path / "settings.toml"
    path.write_text(
        f'mode = "production"\naudience = "{BASE}"\nstore = "feedback.sqlite"\n'
        f'[[issuers]]\niss = "{ISS}"\nkey_file = "keys.json"\njku = "{JKU}"\n'
    )
    assert Settings.from_file(path) == Settings.from_file(written(tmp_path))


def test_development_is_for_this_machine():
    found = Settings.development(port=9000)
    assert (found.host, found.audience) == ("127.0.0.1", "http://127.0.0.1:9000")
    assert found.is_development
    assert not found.chat  # it loads a language model: only when asked for


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "cds.example.org", ""])
def test_development_listens_on_loopback_only(host):
    with pytest.raises(MedaiError, match="Setting host"):
        Settings.development(host=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_each_name_of_loopback_will_do(host):
    assert Settings.development(host=host).host == host


def test_nothing_falls_into_development_by_itself(tmp_path):
    with pytest.raises(MedaiError, match="has no mode"):
        Settings.from_file(written(tmp_path, mode=None))


def test_a_development_file_has_the_defaults_of_development(tmp_path):
    path = tmp_path / "dev.json"
    path.write_text('{"mode": "development", "port": 9000}')
    assert Settings.from_file(path) == Settings.development(port=9000)


WRONG = {
    "another mode": ({"mode": "test"}, "Setting mode is 'test'"),
    "misspelt": ({"max_body": 5}, "'max_body' is no setting"),
    "no store": ({"store": None}, "Setting store"),
    "no issuers": ({"issuers": []}, "Setting issuers"),
    "no keys": ({"issuers": [{"iss": ISS, "keys": []}]}, "Setting issuers"),
    "issuers in one table": ({"issuers": {"iss": ISS}}, "issuers must be a list"),
    "an issuer twice": ({"issuers": GOOD["issuers"] * 2}, "once only"),
    "a kid twice": ({"issuers": [{"iss": ISS, "keys": [KEY, KEY]}]}, "two keys with kid 'k1'"),
    "a key without kid": (
        {"issuers": [{"iss": ISS, "keys": [{k: v for k, v in KEY.items() if k != "kid"}]}]},
        "no kid",
    ),
    "a private key": ({"issuers": [{"iss": ISS, "keys": [KEY | {"d": "AA"}]}]}, "private key"),
    "a secret": ({"issuers": [{"iss": ISS, "keys": [{"kty": "oct", "k": "AA"}]}]}, "kty 'oct'"),
    "a key to encrypt": ({"issuers": [{"iss": ISS, "keys": [KEY | {"use": "enc"}]}]}, "not sig"),
    "half a key": ({"issuers": [{"iss": ISS, "keys": [{"kty": "EC", "kid": "k"}]}]}, "lacks crv"),
    "keys twice": ({"issuers": [{"iss": ISS, "keys": [KEY], "key_file": "k"}]}, "either keys or"),
    "no key file": ({"issuers": [{"iss": ISS, "key_file": "absent.json"}]}, "can't be read"),
    "symmetric": ({"algorithms": ["RS256", "HS256"]}, "'HS256'"),
    "unsigned": ({"algorithms": ["none"]}, "'none'"),
    "no algorithm": ({"algorithms": []}, "needs one at least"),
    "plain http": ({"audience": "http://cds.example.org"}, "must begin with https"),
    "a slash": ({"audience": BASE + "/"}, "must not end with a slash"),
    "a query": ({"audience": BASE + "?a=1"}, "no query"),
    "a user": ({"audience": "https://user@cds.example.org"}, "absolute URL"),
    "plain jku": (
        {"issuers": [{"iss": ISS, "keys": [KEY], "jku": ["http://ehr.example.org/k"]}]},
        "must begin with https",
    ),
    "every origin": ({"origins": ["*"]}, "Setting origins"),
    "an origin with a path": ({"origins": ["https://ehr.example.org/a"]}, "without a path"),
    "a null origin": ({"origins": ["null"]}, "Setting origins"),
    "origins in words": ({"origins": "https://ehr.example.org"}, "must be a list"),
    "a host pattern": ({"hosts": ["*.example.org"]}, "without patterns"),
    "no limit": ({"rate_per_minute": 0}, "production needs a limit"),
    "negative limit": ({"max_body_bytes": -1}, "must lie between"),
    "limit in words": ({"max_body_bytes": "1 MB"}, "must be whole"),
    "limit is true": ({"max_token_lifetime_s": True}, "must be whole"),
    "a long life": ({"max_token_lifetime_s": 86_400}, "between 1 and 3600"),
    "no time": ({"timeout_s": 0}, "must lie between"),
    "a port too many": ({"port": 65_536}, "between 1 and 65535"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG.values(), ids=WRONG)
def test_an_unsafe_file_is_refused_with_a_way_out(tmp_path, changes, message):
    with pytest.raises(MedaiError, match="(?s)" + message.replace("*", r"\*")):
        Settings.from_file(written(tmp_path, **changes))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "{"),
        ("a.json", "[]"),
        ("a.toml", "mode ="),
        ("a.yaml", "mode: x"),
        ("b.json", None),
    ],
)
def test_an_unreadable_file_is_named(tmp_path, name, text):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(MedaiError, match=name):
        Settings.from_file(tmp_path / name)


def test_no_symmetric_algorithm_is_on_the_list():
    assert not [name for name in ASYMMETRIC if name.startswith("HS") or name.lower() == "none"]


def test_keys_are_not_printed_with_the_settings(tmp_path):
    assert KEY["x"] not in repr(Settings.from_file(written(tmp_path)))
