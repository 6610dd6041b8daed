"""The built site in a real browser: nothing fails, nothing leaves, everybody can read it."""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import pytest

from tools.build import build
from tools.notebooks import ROOT, chapter_paths

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install Debian's `chromium`"),
]

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapter_paths()]
PAGES = ["book/index.html", "book/how_to_use.html", "book/data_cards.html", *CHAPTERS]
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ARGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Serve the built book on loopback; yield its address."""
    html = Path(os.environ.get("MEDAI_SITE", ""))
    if not (html / "index.html").is_file():
        out = tmp_path_factory.mktemp("site") / "_build"
        assert build(ROOT, out) == 0
        html = out / "html"
    handler = functools.partial(Quiet, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A file server that does not log."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")], ids=str)
def page(request, browser):
    """Open a page of the given width and colour scheme that remembers what went wrong."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    page.troubles = []
    page.on("requestfailed", lambda r: page.troubles.append(f"request failed: {r.url}"))
    page.on("pageerror", lambda error: page.troubles.append(f"script error: {error}"))
    page.on("response", lambda r: r.status >= 400 and page.troubles.append(f"{r.status}: {r.url}"))
    page.on("console", lambda m: m.type == "error" and page.troubles.append(f"console: {m.text}"))
    page.on(
        "request",
        lambda r: (
            r.url.startswith(("http://127.0.0.1:", "data:", "blob:"))
            or page.troubles.append(f"asks another host: {r.url}")
        ),
    )
    yield page
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole(site, page, name):
    """No failed or foreign request, no error, no sideways scroll; pictures and formulas drawn."""
    page.goto(site + name, wait_until="load")
    page.wait_for_function("!window.MathJax || !MathJax.startup || MathJax.startup.promise")
    page.evaluate("window.MathJax && MathJax.startup ? MathJax.startup.promise : null")
    assert page.troubles == []
    formulas = page.locator("article .math").count()
    drawn = page.locator("article .math mjx-container").count()
    assert drawn >= formulas
    pictures = page.eval_on_selector_all(
        "article img", "xs => xs.map(x => [x.src, x.alt, (x.loading = 'eager', x.naturalWidth)])"
    )
    assert [p for p in pictures if not p[1] or not p[2]] == []
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"the page scrolls sideways by {wide} px"


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_violation(site, page, name):
    from axe_playwright_python.sync_playwright import Axe

    page.goto(site + name, wait_until="load")
    page.evaluate("window.MathJax && MathJax.startup ? MathJax.startup.promise : null")
    found = [
        (violation["id"], violation["nodes"][0]["html"][:200])
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert found == []


@pytest.fixture
def plain(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    yield context.new_page()
    context.close()


def test_search_finds_a_word(site, plain):
    plain.goto(site + "search.html?q=perplexity")
    plain.wait_for_selector("ul.search li a")
    titles = plain.locator("ul.search li a").all_inner_texts()
    assert any("perplexity" in title.lower() for title in titles), titles


@pytest.mark.parametrize("name", CHAPTERS)
def test_quiz_answers_a_click(site, plain, name):
    plain.goto(site + name)
    questions = plain.locator(".medai-quiz ol > li")
    assert questions.count() == 5
    for question in questions.all():
        right, wrong = question.locator("details.right"), question.locator("details.wrong").first
        assert not right.locator("p").is_visible()
        wrong.locator("summary").click()
        assert wrong.locator("p").inner_text().startswith("Not quite.")
        right.locator("summary").click()
        assert right.locator("p").inner_text().startswith("Right.")
        assert not wrong.locator("p").is_visible(), "opening one option closes the other"


@pytest.mark.parametrize("name", CHAPTERS)
def test_launch_and_download_buttons_point_at_this_notebook(site, plain, name):
    plain.goto(site + name)
    notebook = name.replace(".html", ".ipynb")
    assert (ROOT / notebook).is_file()
    links = plain.eval_on_selector_all("a[href]", "xs => xs.map(x => x.href)")
    colab = [link for link in links if link.startswith("https://colab.research.google.com/")]
    assert colab
    assert all(link.endswith("/blob/main/" + notebook) for link in colab)
    download = [link for link in links if "/_sources/" in link]
    assert any(link.endswith(notebook) for link in download)


def test_a_solution_opens(site, plain):
    plain.goto(site + CHAPTERS[0])
    solution = plain.locator("div.solution, .admonition.solution").first
    before = solution.bounding_box()["height"]
    solution.locator(".toggle-button, summary, button").first.click()
    plain.wait_for_timeout(400)
    assert solution.bounding_box()["height"] > before


def test_numbers_come_from_the_file_names(site, plain):
    for name in CHAPTERS:
        plain.goto(site + name)
        number = int(Path(name).name[:2])
        assert plain.locator("article h1").inner_text().startswith(f"{number}.")
