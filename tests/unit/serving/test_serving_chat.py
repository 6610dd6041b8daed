"""The chat: events of an answer, and the page in Chromium, with a stand-in that answers."""

import json
import shutil
import threading
from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from serving_live import serve_in_thread

from medai.runtime.errors import MedaiError
from medai.serving import chat_api
from medai.serving.guards import add_guards
from medai.serving.settings import Settings

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)


@dataclass
class Citation:
    number: int
    title: str
    url: str


@dataclass
class Answer:
    kind: str
    text: str
    lang: str = "en"
    citations: tuple = ()


@dataclass
class StandIn:
    """Answers by rule: what a test needs to see."""

    calls: list = field(default_factory=list)

    def answer(self, question):
        self.calls.append(question)
        if "chest pain" in question:
            return Answer("emergency", "Call the emergency number now.")
        if "发热" in question:
            return Answer(
                "answered", "多喝水。[1]", "zh", (Citation(1, "发热", "https://a.example/zh"),)
            )
        if "unknown" in question:
            return Answer("abstained", "I do not know.")
        links = (
            Citation(1, "Fever <b>in adults</b>", "https://a.example/fever"),
            Citation(2, "Local leaflet", "javascript:alert(1)"),
        )
        return Answer(
            "answered", "Drink enough. [1]\n<script>alert(1)</script> [2]", citations=links
        )

    def stream(self, question):
        if "broken" in question:
            yield "half an "
            raise RuntimeError(f"could not read {question}")
        if "???" in question:
            raise MedaiError("That is no question: write some words.")
        answer = self.answer(question)
        yield from (answer.text[at : at + 5] for at in range(0, len(answer.text), 5))


class Returning(StandIn):
    """Its stream returns the answer, so that it is made once only."""

    def stream(self, question):
        yield from super().stream(question)
        return Answer("answered", "made once")


def application(answerer, **changes):
    app = FastAPI()
    app.include_router(chat_api.router(answerer))
    add_guards(app, Settings.development(chat=True, **changes))
    return app


def events_of(text):
    found = []
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith(":")]
        if lines:
            name, data = lines
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def ask(question, answerer=None):
    with TestClient(application(answerer or StandIn())) as client:
        found = client.post("/chat", json={"question": question})
    assert found.status_code == 200
    assert found.headers["content-type"].startswith("text/event-stream")
    return events_of(found.text)


def test_the_pieces_make_the_answer_and_the_answer_comes_last():
    found = ask("How much should I drink?")
    *pieces, (last, answer) = found
    assert {name for name, _ in pieces} == {"text"}
    assert last == "answer"
    assert "".join(value["text"] for _, value in pieces) == answer["text"]
    assert answer["kind"] == "answered"
    assert answer["citations"][0]["url"] == "https://a.example/fever"


def test_a_link_that_is_no_web_address_is_dropped():
    answer = ask("How much should I drink?")[-1][1]
    assert answer["citations"][1] == {"number": 2, "title": "Local leaflet", "url": ""}


@pytest.mark.parametrize(
    ("question", "kind", "lang"),
    [
        ("I have chest pain", "emergency", "en"),
        ("发热怎么办?", "answered", "zh"),
        ("unknown", "abstained", "en"),
    ],
)
def test_kind_and_language_arrive(question, kind, lang):
    answer = ask(question)[-1][1]
    assert (answer["kind"], answer["lang"]) == (kind, lang)


def test_a_stream_that_returns_its_answer_is_asked_once():
    answerer = Returning()
    assert ask("How?", answerer)[-1] == (
        "answer",
        {"kind": "answered", "text": "made once", "lang": "en", "citations": []},
    )
    assert len(answerer.calls) == 1


def test_a_failure_says_nothing_of_the_question(caplog):
    found = ask("broken: Wang Fang")
    assert found[-1][0] == "error"
    assert set(found[-1][1]) == {"message", "request_id"}
    assert "Wang" not in json.dumps(found[-1])
    assert "Wang" not in caplog.text
    assert [record.fields["kind"] for record in caplog.records if record.levelname == "ERROR"] == [
        "RuntimeError"
    ]


def test_what_is_no_question_is_told_so():
    assert ask("???")[-1][1]["message"] == "That is no question: write some words."


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": ""},
        {"question": "   "},
        {"question": "x" * 1_001},
        {"question": 7},
        {"question": None},
        {"question": ["a"]},
        {"question": "a", "more": 1},
        [],
        "a",
    ],
)
def test_a_wrong_question_is_refused(body):
    with TestClient(application(StandIn())) as client:
        found = client.post("/chat", json=body)
    assert (found.status_code, found.json()["error"]["code"]) == (422, "wrong_request")


def test_too_many_questions_at_once_are_told_to_come_back(monkeypatch):
    """One is answered, one waits, and the third comes when no more may wait."""
    monkeypatch.setattr(chat_api, "MOST_WAITING", 1)
    gate, at_work = threading.Event(), threading.Event()

    class Slow(StandIn):
        def stream(self, question):
            at_work.set()
            gate.wait(10)
            yield "done"

    app = FastAPI()
    app.include_router(chat_api.router(Slow(), at_once=1))
    add_guards(app, Settings.development())
    with serve_in_thread(app) as (_, client):

        def stream():
            return client.stream("POST", "/chat", json={"question": "a"})

        with stream() as first, stream() as second:
            assert at_work.wait(10)
            lines = first.iter_lines(), second.iter_lines()
            assert next(lines[0]).startswith(":")
            assert next(lines[1]).startswith(":")
            # Both have begun, so after this one of them waits for the other.
            refused = client.post("/chat", json={"question": "a"})
            gate.set()
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "10"
            for answering in lines:
                assert any(line == "event: answer" for line in answering)


def test_the_page_has_no_inline_script_and_no_foreign_address():
    with TestClient(application(StandIn())) as client:
        page = client.get("/chat")
        script, style = client.get("/chat.js"), client.get("/chat.css")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert style.headers["content-type"] == "text/css; charset=utf-8"
    assert "<script>" not in page.text
    assert "style=" not in page.text
    assert " onclick" not in page.text
    for text in (page.text, style.text):
        assert "://" not in text
    assert "innerHTML" not in script.text


def test_each_language_has_every_word():
    text = (chat_api.STATIC / "chat.js").read_text("utf-8")
    words = text[text.index("WORDS = {") : text.index("let lang")]
    english, chinese = words.split("zh: {")
    keys = [set(__import__("re").findall(r"(\w+): \"", part)) for part in (english, chinese)]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 15


@pytest.fixture(scope="module")
def site():
    with serve_in_thread(application(StandIn())) as (base, _):
        yield base


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium: install Debian's `chromium`")
    playwright_of = pytest.importorskip("playwright.sync_api").sync_playwright
    with playwright_of() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, site):
    context = browser.new_context(
        viewport={"width": 390, "height": 800}, locale="en-GB", color_scheme="dark"
    )
    page = context.new_page()
    page.troubles = []
    page.on("console", lambda m: page.troubles.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: page.troubles.append(str(error)))
    page.goto(f"{site}/chat")
    yield page
    context.close()


def put(page, question):
    page.fill("#question", question)
    page.click("#send")
    page.wait_for_selector("#send:not([disabled])")
    return page.locator("#talk .answer").last


@pytest.mark.browser
def test_an_answer_appears_with_links_and_as_text_only(page):
    box = put(page, "How much should I drink?")
    assert "<script>alert(1)</script>" in box.locator(".text").inner_text()
    links = box.locator("a")
    assert links.count() == 1  # the javascript: address is no link
    assert links.first.get_attribute("href") == "https://a.example/fever"
    assert links.first.inner_text() == "Fever <b>in adults</b>"
    assert page.input_value("#question") == ""
    assert page.troubles == []  # no error, and nothing against the content policy


@pytest.mark.browser
def test_an_emergency_is_shown_as_one(page):
    box = put(page, "I have chest pain")
    assert box.get_attribute("role") == "alert"
    assert box.locator(".kind").inner_text() == "This may be an emergency"


@pytest.mark.browser
def test_half_an_answer_is_taken_back(page):
    box = put(page, "broken")
    assert "half an" not in box.inner_text()
    assert "ask a doctor" in box.inner_text()


@pytest.mark.browser
def test_the_page_speaks_chinese_and_remembers_the_language_of_an_answer(page):
    page.click("#language")
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator("h1").inner_text() == "健康问答"
    box = put(page, "发热怎么办?")
    assert box.get_attribute("lang") == "zh"
    assert box.locator(".kind").inner_text() == "回答"


@pytest.mark.browser
def test_the_page_fits_a_phone_and_a_screen_reader(page):
    box = put(page, "How much should I drink? " + "x" * 300)
    assert box.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


@pytest.mark.browser
def test_the_keyboard_alone_will_do(page):
    page.focus("#question")
    page.keyboard.type("unknown")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".abstained")
    assert page.locator(".abstained .kind").inner_text() == "No reliable answer"
