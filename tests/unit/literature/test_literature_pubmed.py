"""The PubMed client against a server on loopback: politeness, errors, the cache, secrets."""

import concurrent.futures
import json
import threading
import warnings

import pytest
from pubmed_server import RECORDS, Server, article_set, error

from medai.literature import pubmed_http
from medai.literature.pubmed import BASE, PubMed, SearchResult
from medai.literature.pubmed_http import Limiter
from medai.runtime import MedaiError

KEY = "abcdef0123456789abcdef0123456789abcd"


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.time, self.slept, self.lock = 1000.0, [], threading.Lock()

    def now(self):
        return self.time

    def sleep(self, seconds):
        with self.lock:
            self.slept.append(seconds)
            self.time += seconds


@pytest.fixture
def server(monkeypatch):
    for name in ("NCBI_API_KEY", "MEDAI_OFFLINE", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    one = Server()
    one.results["cold hands"] = ["90000001", "90000002", "90000006"]
    one.results["many"] = [str(n) for n in range(91000000, 91000450)]
    yield one
    one.close()


def client(server, tmp_path, **options):
    options = {"clock": FakeClock(), "cache": tmp_path / "kept", **options}
    return PubMed(server.url, email="tester@example.org", **options)


# -- search and fetch --------------------------------------------------------------------------


def test_search_and_fetch(server, tmp_path):
    pubmed = client(server, tmp_path)
    found = pubmed.search("  cold   hands ", most=2)
    assert (found.count, found.ids) == (3, ("90000001", "90000002"))
    assert found.translation == '"cold hands"[All Fields]'
    assert found.webenv
    assert found.query_key == "1"
    assert not found.kept
    assert found.when
    articles = pubmed.fetch(found)
    assert [one.pmid for one in articles] == ["90000001", "90000002"]
    (_, search), (what, fetch) = server.requests
    assert search["usehistory"] == "y"
    assert search["tool"] == "medai"
    assert search["email"] == "tester@example.org"
    assert "api_key" not in search
    assert what == "efetch.fcgi"
    assert fetch["WebEnv"] == found.webenv
    assert "id" not in fetch


def test_a_long_result_comes_in_batches_in_order(server, tmp_path):
    pubmed = client(server, tmp_path)
    articles = pubmed.fetch(pubmed.search("many", most=450))
    assert [one.pmid for one in articles] == server.results["many"]
    places = [(f["retstart"], f["retmax"]) for what, f in server.requests if "WebEnv" in f]
    assert places == [("0", "200"), ("200", "200"), ("400", "50")]


def test_fetch_by_pmids_once_each_and_says_what_is_missing(server, tmp_path):
    pubmed = client(server, tmp_path)
    with pytest.warns(UserWarning, match="no record for 1 PMIDs: 12345"):
        articles = pubmed.fetch(["90000006", 90000001, " 90000006 ", 12345])
    assert [one.pmid for one in articles] == ["90000006", "90000001"]
    assert server.requests[0][1]["id"] == "90000006,90000001,12345"
    assert pubmed.fetch([]) == []


def test_a_forgotten_history_is_fetched_by_pmids(server, tmp_path):
    pubmed = client(server, tmp_path)
    found = pubmed.search("cold hands")
    server.history.clear()
    assert len(pubmed.fetch(found)) == 3
    assert [("id" in form) for _, form in server.requests] == [False, False, True]
    # NCBI has been seen to say the same with status 400
    server.script = [(400, {}, error("Cannot retrieve history data"))]
    fresh = client(server, tmp_path, cache=False)
    assert len(fresh.fetch(found)) == 3


def test_a_history_that_holds_something_else_is_not_believed(server, tmp_path):
    pubmed = client(server, tmp_path)
    found = pubmed.search("cold hands")
    server.history[found.webenv] = ["90000004", "90000005"]
    assert [one.pmid for one in pubmed.fetch(found)] == list(found.ids)
    server.history[found.webenv] = []
    assert len(client(server, tmp_path, cache=False).fetch(found)) == 3


def test_dates_go_out_in_pairs(server, tmp_path):
    import datetime

    pubmed = client(server, tmp_path)
    pubmed.search("cold hands", since=1985)
    pubmed.search("cold hands", since="1985-06", until=datetime.date(1986, 1, 31))
    asked = [(f["datetype"], f["mindate"], f["maxdate"]) for _, f in server.requests]
    assert asked == [("pdat", "1985", "3000"), ("pdat", "1985/06", "1986/01/31")]
    pubmed.search("cold hands", since="1985/06", until="1985")  # June to the end of 1985
    with pytest.raises(MedaiError, match="since=1990 is after until=1985"):
        pubmed.search("cold hands", since=1990, until=1985)


def test_words_that_pubmed_left_out_are_refused_or_told(server, tmp_path):
    pubmed = client(server, tmp_path)
    server.extra = {"errorlist": {"phrasesnotfound": ["xyzzy"], "fieldsnotfound": []}}
    with pytest.raises(MedaiError, match=r"did not understand 'xyzzy'.*strict=False"):
        pubmed.search("cold hands")
    assert pubmed.search("cold hands", strict=False).warnings == ("left out: 'xyzzy'",)
    empty = pubmed.search("nothing")  # an honest zero
    assert empty.count == 0
    assert empty.ids == ()
    assert "xyzzy" in empty.warnings[0]
    assert pubmed.fetch(empty) == []
    server.extra = {"errorlist": {"phrasesnotfound": [], "fieldsnotfound": ["mesch"]}}
    with pytest.raises(MedaiError, match="mesch"):
        pubmed.search("other")


def test_remarks_of_pubmed_are_passed_on(server, tmp_path):
    server.extra = {
        "errorlist": None,
        "warninglist": {
            "phrasesignored": ["of"],
            "quotedphrasesnotfound": ['"cold feet"'],
            "outputmessages": ["No items found."],
        },
    }
    found = client(server, tmp_path).search("cold hands")
    assert found.warnings == (
        "ignored: of",
        'the phrase was not found as such: "cold feet"',
        "No items found.",
    )


# -- politeness --------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "a_second"), [(None, 3), (KEY, 10)])
def test_no_second_sees_more_requests_than_ncbi_allows(server, tmp_path, key, a_second):
    clock = FakeClock()
    pubmed = client(server, tmp_path, api_key=key, clock=clock, cache=False)
    moments = []
    post = pubmed._transport._post
    pubmed._transport._post = lambda *a: (moments.append(clock.time), post(*a))[1]
    for _ in range(25):
        pubmed.fetch([90000001])
    for start in moments:
        assert sum(start <= moment < start + 1 for moment in moments) <= a_second
    assert moments[-1] - moments[0] < 24 * 1.2 / a_second  # and it is not slower than it need be


def test_threads_share_the_limit():
    # A frozen clock: every thread is told to sleep until its own turn, and the turns of forty
    # requests are 0, 0.5, 1, … 19.5 whatever the order of the threads.
    class Frozen:
        def __init__(self):
            self.slept = []

        def now(self):
            return 0.0

        def sleep(self, seconds):
            self.slept.append(seconds)

    clock = Frozen()
    limiter = Limiter(0.5, clock)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: limiter.wait(), range(40)))
    assert sorted(clock.slept) == [n / 2 for n in range(1, 40)]


def test_two_clients_of_one_process_share_the_limiter(server, tmp_path):
    first, second = (PubMed(server.url, cache=False) for _ in range(2))
    assert first._transport.limiter is second._transport.limiter
    keyed = PubMed(server.url, cache=False, api_key=KEY)
    assert keyed._transport.limiter is not first._transport.limiter


def test_retry_after_is_kept_to(server, tmp_path):
    clock = FakeClock()
    busy = b'{"error":"API rate limit exceeded","api-key":"192.0.2.7","count":"4","limit":"3"}'
    server.script = [(429, {"Retry-After": "7"}, busy)]
    assert len(client(server, tmp_path, clock=clock).fetch([90000001])) == 1
    assert clock.slept == [pytest.approx(7)]


def test_a_server_that_asks_for_an_hour_is_not_asked_again(server, tmp_path):
    server.script = [(503, {"Retry-After": "3600"}, b"")] * 5
    with pytest.raises(MedaiError, match="503"):
        client(server, tmp_path).fetch([90000001])
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        (500, {}, b""),
        (502, {}, b"<html>Bad Gateway</html>"),
        (503, {}, b""),
        (429, {}, b""),
        "reset",
        (200, {}, b"<!DOCTYPE html><html>maintenance</html>"),
        (200, {}, article_set([RECORDS["90000001"]])[:-40]),
        (200, {"Content-Length": "999999"}, article_set([RECORDS["90000001"]])),
        (200, {}, b'{"error":"API rate limit exceeded"}'),
    ],
    ids=["500", "502", "503", "429", "reset", "web page", "cut off", "short", "limit in a 200"],
)
def test_passing_troubles_are_waited_out(server, tmp_path, trouble):
    clock = FakeClock()
    server.script = [trouble, trouble]
    assert len(client(server, tmp_path, clock=clock).fetch([90000001])) == 1
    assert len(server.requests) == 3
    first, second = clock.slept[0], clock.slept[-1]
    assert 0.5 <= first <= 1.0 <= second <= 2.0  # twice as long, times one half to one


def test_it_gives_up_and_says_so(server, tmp_path):
    server.script = [(502, {}, b"")] * 9
    with pytest.raises(MedaiError, match=r"status 502\. Try again later\. \(Asked 5 times\.\)"):
        client(server, tmp_path).fetch([90000001])
    assert len(server.requests) == 5


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((400, {}, b'{"error":"API key invalid","api-key":"?"}'), "400.*API key invalid"),
        ((403, {}, b""), "403"),
        ((404, {}, b""), "404.*base_url"),
        ((302, {"Location": "http://192.0.2.1/"}, b""), "redirects.*nothing is sent elsewhere"),
        ((200, {}, error("UIDs are not numbers")), "UIDs are not numbers"),
    ],
)
def test_lasting_troubles_are_told_at_once(server, tmp_path, answer, words):
    server.script = [answer]
    with pytest.raises(MedaiError, match=words):
        client(server, tmp_path).fetch([90000001])
    assert len(server.requests) == 1


def test_errors_inside_a_search(server, tmp_path):
    pubmed = client(server, tmp_path, retries=0)
    raw = b'{"header":{},"esearchresult":{"ERROR":"Search Backend failed:\n unbalanced"}}'
    server.script = [(200, {}, raw)]  # a raw line break in the JSON: NCBI sends that
    with pytest.raises(MedaiError, match="Search Backend failed: unbalanced"):
        pubmed.search("((")
    for body in (b"<html></html>", b"[]", b'{"esearchresult":{}}', b'{"esearchresult":{"cou'):
        server.script = [(200, {}, body)]
        with pytest.raises(MedaiError, match="cannot be read"):
            pubmed.search("cold hands")
    bad = {"esearchresult": {"count": "1", "idlist": ["1&db=protein"]}}
    server.script = [(200, {}, json.dumps(bad).encode())]
    with pytest.raises(MedaiError, match="no PMID"):
        pubmed.search("cold hands")


def test_a_silent_server_and_a_dead_one(tmp_path, monkeypatch):
    import socket

    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)
    deaf = socket.socket()
    deaf.bind(("127.0.0.1", 0))
    deaf.listen()  # accepts the connection and never answers
    url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
    options = {"cache": False, "retries": 0, "clock": FakeClock()}
    try:
        with pytest.raises(MedaiError, match=r"within 0\.2 s.*timeout="):
            PubMed(url, timeout=0.2, **options).fetch([1])
    finally:
        deaf.close()
    with pytest.raises(MedaiError, match=r"cannot be reached.*MEDAI_OFFLINE=1"):
        PubMed(url, **options).fetch([1])


# -- the cache ---------------------------------------------------------------------------------


def test_what_was_asked_once_is_read_from_the_disk_offline(server, tmp_path, monkeypatch):
    pubmed = client(server, tmp_path)
    first = pubmed.search("cold hands")
    articles = pubmed.fetch(first)
    server.close()
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    # another person with another key reads the same answers
    again = client(server, tmp_path, api_key=KEY)
    found = again.search("cold hands")
    assert found.kept
    assert found.when == first.when
    assert found.ids == first.ids
    assert again.fetch(found) == articles
    with pytest.raises(MedaiError, match=r"MEDAI_OFFLINE is set.*Unset it"):
        again.search("something else")
    with pytest.raises(MedaiError, match="MEDAI_OFFLINE is set"):
        again.search("cold hands", refresh=True)


def test_what_was_fetched_by_one_way_is_kept_for_the_other(server, tmp_path, monkeypatch):
    pubmed = client(server, tmp_path)
    found = pubmed.search("cold hands")
    articles = pubmed.fetch(found)
    other = pubmed.search("many", most=3)
    server.history.clear()
    pubmed.fetch(other)  # by PMIDs, since the history is forgotten
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    assert pubmed.fetch(found.ids) == articles
    assert [one.pmid for one in pubmed.fetch(other)] == list(other.ids)


def test_refresh_asks_anew(server, tmp_path):
    pubmed = client(server, tmp_path)
    pubmed.search("cold hands")
    server.results["cold hands"] = ["90000004"]
    assert pubmed.search("cold hands").count == 3
    assert pubmed.search("cold hands", refresh=True).count == 1
    assert pubmed.search("cold hands").count == 1


def test_errors_and_unreadable_answers_are_not_kept(server, tmp_path):
    pubmed = client(server, tmp_path, retries=0)
    for body in (error("no"), b"<html></html>"):
        server.script = [(200, {}, body)]
        with pytest.raises(MedaiError):
            pubmed.fetch([90000001])
    assert not list(tmp_path.rglob("*.answer"))
    assert len(pubmed.fetch([90000001])) == 1


def test_a_damaged_cache_is_asked_again(server, tmp_path):
    pubmed = client(server, tmp_path)
    pubmed.fetch([90000001])
    (file,) = (tmp_path / "kept").iterdir()
    file.write_bytes(file.read_bytes()[:-5])
    assert pubmed.fetch([90000001])[0].pmid == "90000001"
    assert len(server.requests) == 2
    assert len(list((tmp_path / "kept").iterdir())) == 1  # no half file is left behind


def test_a_cache_that_cannot_be_written(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MedaiError, match=r"cache.*cannot be written.*cache=False"):
        client(server, tmp_path, cache=tmp_path / "file" / "deep").fetch([90000001])


# -- secrets and input -------------------------------------------------------------------------


def test_the_key_is_sent_and_stands_nowhere_else(server, tmp_path, monkeypatch, capsys, caplog):
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    caplog.set_level("DEBUG")
    pubmed = client(server, tmp_path, retries=1)
    pubmed.fetch(pubmed.search("cold hands"))
    assert all(form["api_key"] == KEY for _, form in server.requests)
    said = [repr(pubmed)]
    echo = f'{{"error":"key {KEY} is wrong","api-key":"{KEY}"}}'.encode()
    for answer in [(400, {}, echo), (200, {}, error(f"bad {KEY}")), (500, {}, echo), "reset"]:
        server.script = [answer] * 2
        with pytest.raises(MedaiError) as caught:
            pubmed.fetch([90000002])
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None
        said.append(str(caught.value))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    names = " ".join(map(str, tmp_path.rglob("*")))
    out = "".join(capsys.readouterr())
    assert b"tester@example.org" not in kept
    assert KEY.encode() not in kept
    for text in (*said, names, out, caplog.text):
        assert KEY not in text


def test_the_address_of_the_caller_is_not_repeated(server, tmp_path):
    busy = b'{"error":"API rate limit exceeded","api-key":"192.0.2.7","count":"4","limit":"3"}'
    server.script = [(429, {}, busy)]
    with pytest.raises(MedaiError, match="API rate limit exceeded") as caught:
        client(server, tmp_path, retries=0).fetch([90000001])
    assert "192.0.2.7" not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        {"base_url": "http://eutils.example.org/"},
        {"base_url": "ftp://127.0.0.1/"},
        {"base_url": "https://"},
        {"base_url": "https://user:word@example.org/"},
        {"base_url": "https://[::1/"},
        {"email": "nobody"},
        {"email": "a@b\r\nX: y"},
        {"tool": "two words"},
        {"api_key": "short"},
        {"api_key": "with spaces and more"},
        {"timeout": 0},
        {"timeout": float("nan")},
        {"retries": -1},
        {"retries": True},
    ],
)
def test_a_client_that_cannot_be(options):
    with pytest.raises(MedaiError):
        PubMed(**options)


def test_a_bad_key_is_not_repeated():
    with pytest.raises(MedaiError) as caught:
        PubMed(api_key="secret word!")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda p: p.search(" "), "say what to search"),
        (lambda p: p.search(None), "say what to search"),
        (lambda p: p.search("x", most=10_000), "split it by since="),
        (lambda p: p.search("x", most=-1), "most=-1"),
        (lambda p: p.search("x", sort="best"), "sort='best'"),
        (lambda p: p.search("x", since="1985/13"), "since='1985/13'"),
        (lambda p: p.search("x", until="soon"), "until='soon'"),
        (lambda p: p.fetch(["PMID: 12"]), "no PMID"),
        (lambda p: p.fetch(["١٢٣"]), "no PMID"),
        (lambda p: p.fetch([0]), "no PMID"),
        (lambda p: p.fetch([1], batch=0), "batch=0"),
    ],
)
def test_requests_that_cannot_be_are_refused_before_the_network(tmp_path, call, words):
    with pytest.raises(MedaiError, match=words):
        call(PubMed(BASE, cache=tmp_path))


def test_a_result_without_history_is_fetched_by_pmids(server, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = client(server, tmp_path).fetch(SearchResult("x", 1, ("90000001",)))
    assert found[0].pmid == "90000001"


def test_the_intervals_are_those_that_ncbi_asks_for():
    assert 1 / pubmed_http.INTERVAL[False] <= 3
    assert 1 / pubmed_http.INTERVAL[True] <= 10


# -- the command line ---------------------------------------------------------------------------


def test_the_command_line(server, tmp_path, monkeypatch, capsys):
    from medai.cli import main

    monkeypatch.setenv("MEDAI_DATA_HOME", str(tmp_path))
    server.results["cold hands"].append("90000004")
    monkeypatch.setattr("medai.literature.pubmed_http.INTERVAL", {False: 0.0, True: 0.0})
    ask = ["literature", "search", "cold hands", "--base-url", server.url]
    assert main([*ask, "--abstracts"]) == 0
    out = capsys.readouterr().out
    assert "4 records, 4 listed" in out
    assert "RETRACTED. A title" in out
    assert "BACKGROUND: Cold fingers hurt." in out
    assert "Müller-Öz ÅB et al." in out
    monkeypatch.setenv("MEDAI_OFFLINE", "1")
    assert main([*ask, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["kept"]
    assert answer["articles"][0]["authors"][0] == "Müller-Öz ÅB"
    assert main(["literature", "search", "warm hands", "--base-url", server.url]) == 2
    said = capsys.readouterr().err
    assert "MEDAI_OFFLINE is set" in said
    assert "Traceback" not in said
