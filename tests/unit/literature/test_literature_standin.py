"""The stand-in of the E-utilities: the real client searches, waits, and fetches what is there."""

from __future__ import annotations

import pytest

from medai.datasets.literature import abstracts
from medai.literature.pubmed import PubMed
from medai.literature.standin import FIRST, StandIn


@pytest.fixture(autouse=True)
def online(monkeypatch):
    monkeypatch.delenv("MEDAI_OFFLINE", raising=False)


def test_search_and_fetch_give_back_the_book_s_abstracts():
    papers = abstracts()
    want = [p for p in papers if "fish oil" in f"{p.title} {p.text}".lower() and p.year < 1986]
    with StandIn(papers, busy=1) as server:
        client = PubMed(base_url=server.base_url, cache=False)
        found = client.search('"fish oil"', until=1985)
        articles = client.fetch(found, batch=7)
    assert found.count == len(want) == len(articles) > 7
    assert [one.text for one in articles] == [one.text for one in want]
    assert [one.year for one in articles] == [one.year for one in want]
    assert server.log[:2] == ["esearch.fcgi by term: 429", "esearch.fcgi by term: 200"]
    assert set(server.log[2:]) == {"efetch.fcgi by history: 200"}
    assert len(server.log) == 2 + -(-len(want) // 7)  # one request for each batch


def test_ids_and_and():
    papers = abstracts()
    with StandIn(papers) as server:
        client = PubMed(base_url=server.base_url, cache=False)
        (one,) = client.fetch([FIRST + 14])
        both = client.search("fish oil AND raynaud", until=1985)
    assert (one.title, one.text) == (papers[13].title, papers[13].text)
    assert both.count == 0
