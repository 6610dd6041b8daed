"""The page at ``/`` in a real browser, and ``medai serve`` from outside."""

import contextlib
import json
import shutil
import socket
import threading
import time

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from medai.cli import build_parser, main
from medai.cli.serve import settings_of
from medai.runtime.errors import MedaiError
from medai.serving import server
from medai.serving.app import create_app
from medai.serving.page import SHOWN
from medai.serving.settings import Settings

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
in_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install Debian's `chromium`"),
]
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WAIT = 60_000  # milliseconds: longer than a busy machine needs


@contextlib.contextmanager
def served(settings):
    """Run the service on loopback; yield its address and its application."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        app = create_app(settings)
        config = uvicorn.Config(app, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        free.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{free.getsockname()[1]}", app
        server.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def address():
    with served(Settings.development(chat=False)) as (url, app):
        yield url, app


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, address):
    """A fresh page, with every complaint of the browser; none may be left at the end."""
    context = browser.new_context()
    context.set_default_timeout(WAIT)
    page = context.new_page()
    errors = []
    page.on("console", lambda m: errors.append(m.text) if complains(m) else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.on("request", lambda r: None if r.url.startswith(address[0]) else errors.append(r.url))
    page.goto(address[0])
    page.wait_for_selector("#patient option", state="attached")
    yield page
    assert errors == []
    context.close()


def complains(message):
    return message.type == "error" and "422 (Unprocessable" not in message.text  # asked for below


def call(page, patient, hook, order=None):
    page.select_option("#patient", str(patient))
    page.select_option("#hook", hook)
    if order is not None:
        page.fill("#order", order)
    page.click("#send")
    page.locator("#answer-title:focus").wait_for()
    return page.locator("#cards > li")


class TestInTheBrowser:
    pytestmark = in_browser

    def test_an_order_gets_its_card_with_source_and_request(self, opened):
        found = call(opened, 12, "order-select")
        first = found.nth(0)
        assert "critical" in first.get_attribute("class")
        assert "codeine: avoid" in first.locator("h3").inner_text()
        link = first.locator(".sources a").first
        assert link.get_attribute("href").startswith("https://cpicpgx.org/")
        sent = json.loads(opened.locator("#request").text_content())
        assert sent["hook"] == "order-select"
        assert sent["context"]["selections"] == ["MedicationRequest/order-1"]
        got = json.loads(opened.locator("#response").text_content())
        assert len(got["cards"]) == found.count()
        assert opened.locator("body").inner_text().count("not medical advice") == 1

    def test_feedback_reaches_the_store(self, opened, address):
        before = len(address[1].state.store.all())
        first = call(opened, 12, "order-select").nth(0)
        first.get_by_role("button", name="Remove the draft order for codeine", exact=True).click()
        opened.locator("#status", has_text="Accepted").wait_for()
        first = call(opened, 12, "order-sign").nth(0)
        first.get_by_role("combobox").select_option("monitored")
        first.get_by_role("button", name="Override").click()
        opened.locator("#status", has_text="Overridden").wait_for()
        one, two = address[1].state.store.all()[before:]
        assert one["outcome"] == "accepted"
        assert one["service"] == "medai-order-select"
        assert two["overrideReason"]["reason"]["code"] == "monitored"

    def test_what_a_person_writes_stays_text(self, opened):
        found = call(opened, 30, "order-sign", "<img src=x onerror=alert> **bold**")
        assert "<img src=x onerror=alert> **bold**" in found.nth(0).inner_text()
        assert opened.locator("#cards img").count() == 0

    def test_it_works_with_the_keyboard_alone(self, opened):
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.id") == "patient"
        for _ in range(3):
            opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.id") == "send"
        opened.keyboard.press("Enter")
        opened.locator("#answer-title:focus").wait_for()
        opened.keyboard.press("Tab")
        assert opened.evaluate("document.activeElement.closest('.card') !== null")

    def test_an_error_is_said_and_the_page_goes_on(self, opened, address):
        opened.fill("#order", "")
        with opened.expect_response("**/try/request*"):
            opened.click("#send")
        opened.locator("#status", has_text="422").wait_for()
        assert call(opened, 12, "order-select", "codeine").count() >= 1

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 390, 1280])
    def test_it_fits_the_screen_and_follows_the_scheme(self, browser, address, width, scheme):
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        context.set_default_timeout(WAIT)
        page = context.new_page()
        page.goto(address[0])
        page.wait_for_selector("#patient option", state="attached")
        call(page, 21, "order-sign")
        for one in page.locator("summary").all():
            one.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
        small = page.evaluate(
            "[...document.querySelectorAll('button, select, input')]"
            ".filter(e => e.offsetHeight && e.offsetHeight < 44).length"
        )
        assert small == 0
        context.close()


def test_the_page_holds_no_inline_script_and_says_so(address):
    answer = httpx.get(address[0])
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "<script src=" in answer.text
    assert "style=" not in answer.text
    assert answer.text.count("<script") == 1
    assert "onclick" not in answer.text


def test_every_shown_patient_has_a_request_that_is_served():
    with TestClient(create_app(Settings.development(chat=False))) as client:
        people = client.get("/try/patients").json()["patients"]
        assert [one["id"] for one in people] == list(SHOWN)
        for one in people:
            query = {"patient": one["id"], "hook": "order-sign", "orders": one["order"]}
            body = client.get("/try/request", params=query).json()
            assert client.post("/cds-services/medai-order-sign", json=body).status_code == 200
        wrong = [
            ({"patient": 1, "hook": "patient-view"}, 404),
            ({"patient": 12, "hook": "order-sign"}, 422),
            ({"patient": 12, "hook": "order-sign", "orders": "a;" * 11}, 422),
            ({"patient": "x", "hook": "order-sign"}, 422),
        ]
        for query, status in wrong:
            assert client.get("/try/request", params=query).status_code == status, query


# --- medai serve ------------------------------------------------------------------------------


def options(*words):
    return build_parser().parse_args(["serve", *map(str, words)])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say one of the two"),
        (["--dev", "--settings", "x.toml"], "Say one of the two"),
        (["--dev", "--host", "0.0.0.0"], "127.0.0.1, ::1 or localhost only"),
        (["--dev", "--host", "192.168.1.5"], "127.0.0.1, ::1 or localhost only"),
        (["--dev", "--workers", "2"], "--workers needs --settings"),
        (["--dev", "--workers", "0"], "at least one"),
        (["--dev", "--port", "70000"], "port"),
        (["--settings", "missing.toml"], "can't be read"),
        (["--settings", "x.toml", "--chat"], "go with --dev"),
    ],
)
def test_what_is_not_safe_is_not_started(words, said, capsys, monkeypatch):
    monkeypatch.setattr(server, "serve", lambda *a, **k: pytest.fail("it was started"))
    assert main(["serve", *words]) == 2
    assert said in capsys.readouterr().err


def test_dev_listens_on_loopback_only_and_must_be_named():
    assert settings_of(options("--dev")).host == "127.0.0.1"
    assert settings_of(options("--dev", "--host", "::1")).host == "::1"
    with pytest.raises(MedaiError):
        settings_of(options("--host", "127.0.0.1"))


def test_it_starts_what_the_options_say(monkeypatch, capsys):
    started = []
    monkeypatch.setattr(server, "serve", lambda settings, **how: started.append((settings, how)))
    assert main(["serve", "--dev", "--port", "9003"]) == 0
    ((settings, how),) = started
    assert settings.is_development
    assert (settings.host, settings.port) == ("127.0.0.1", 9003)
    assert how == {"workers": 1, "file": None}
    assert "http://127.0.0.1:9003/" in capsys.readouterr().out
