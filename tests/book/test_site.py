"""The built site in a real browser: nothing fails, nothing leaves, everybody can read it."""

import dataclasses
import functools
import http.server
import io
import os
import re
import shutil
import threading
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tools.build import build
from tools.links import read as links_of
from tools.notebooks import ROOT, chapter_paths

CHROMIUM = next(
    filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: install Debian's `chromium`"),
]

CHAPTERS = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in chapter_paths()]
REFERENCE = [
    "common_conditions",
    "data_cards",
    "api",
    "notation",
    "corrections",
    "external_links",
    "faq",
    "glossary",
    "instructor_guide",
    "model_cards",
    "receipts",
    "references",
    "resources",
]
API = [f"book/api/{path.stem}.html" for path in sorted((ROOT / "book" / "api").glob("*.md"))]
PAGES = [f"book/{name}.html" for name in ("index", "how_to_use", *REFERENCE)] + CHAPTERS + API
FRACTIONS = "chapters/part1_background/02_metrics.html"  # formulas that begin with a fraction
HANGS = 180_000  # milliseconds: longer than a busy machine needs
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
ARGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """Return the folder of the built book; build it where nobody has."""
    folder = Path(os.environ.get("MEDAI_SITE", ""))
    if not (folder / "index.html").is_file():
        out = tmp_path_factory.mktemp("site") / "_build"
        assert build(ROOT, out) == 0
        folder = out / "html"
    return folder


@pytest.fixture(scope="module")
def site(html):
    """Serve the built book on loopback; yield its address."""
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


# Made by one template, a thousand times: coloured code, formulas, signatures and their parameters.
# axe would look at these for a quarter of an hour; a test below looks at some of each.
# Of the functions and classes of a module two stay.
SLOW = ".highlight, mjx-container, dt.sig, dl.field-list, dl.py ~ dl.py ~ dl.py"
EMPTY = "x => document.querySelectorAll(x).forEach(y => y.replaceChildren())"
WIDE, PHONE = 1280, 390
# The phone shows the same words in the same colours. What differs on every page is what has to
# be scrolled there; what differs by template (its menus) is the same on two pages as on all.
ON_A_PHONE = ["scrollable-region-focusable", "meta-viewport"]
WHOLE_ON_A_PHONE = ["book/index.html", CHAPTERS[0]]
# Night changes colours by one style sheet; every fifth chapter shows what chapters are made of.
BY_NIGHT = [name for name in PAGES if name not in CHAPTERS[1:] + API[1:]] + CHAPTERS[5::5]


@dataclasses.dataclass(frozen=True)
class Layout:
    """What one page looked like at one width."""

    formulas: tuple
    pictures: list
    too_wide: int
    cut_formulas: list


@dataclasses.dataclass(frozen=True)
class Visit:
    """What one look at one page showed, at the width of a desktop and at that of a phone."""

    troubles: list
    layouts: dict
    violations: dict
    violations_dark: dict


def serious(page, **options):
    """Return the serious and critical violations that axe finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"preload": False, "resultTypes": ["violations"], **options}
    found = Axe().run(page, options=options).response["violations"]
    return [
        (violation["id"], violation["nodes"][0]["html"][:200])
        for violation in found
        if violation["impact"] in ("serious", "critical")
    ]


def layout(page):
    """Return what there is to see on a page, and what does not fit."""
    return Layout(
        formulas=(
            page.locator("article .math").count(),
            page.locator("article .math mjx-container").count(),
        ),
        pictures=page.eval_on_selector_all(
            "article img", "xs => xs.map(x => [x.src, x.alt, x.naturalWidth])"
        ),
        too_wide=page.evaluate("document.documentElement.scrollWidth - window.innerWidth"),
        cut_formulas=page.eval_on_selector_all(
            "article mjx-container[display='true']",
            "xs => xs.filter(x => x.scrollWidth > x.clientWidth + 1)"
            ".map(x => [x.scrollWidth, x.clientWidth, x.parentElement.id])",
        ),
    )


def listen(page):
    """Return a list that fills with whatever goes wrong on a page."""
    troubles = []

    def check_request(request):
        if not request.url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            troubles.append(f"asks another host: {request.url}")

    def check_response(response):
        if response.status >= 400:
            troubles.append(f"{response.status}: {response.url}")

    def check_console(message):
        if message.type == "error":
            troubles.append(f"console: {message.text}")

    page.on("request", check_request)
    page.on("requestfailed", lambda request: troubles.append(f"failed: {request.url}"))
    page.on("response", check_response)
    page.on("console", check_console)
    page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
    return troubles


# The theme lets the keyboard reach what has to be scrolled, a moment after the window has changed.
REACHABLE = """() => [...document.querySelectorAll("pre, .cell_output > .output")].every(
    x => (x.tabIndex === 0) === (x.scrollWidth > x.clientWidth || x.scrollHeight > x.clientHeight))
"""


def resize(page, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.wait_for_function(REACHABLE)


@pytest.fixture(scope="module")
def visit(site, browser):
    """Look at a page once, by day and by night; the tests share what was seen.

    A page is loaded at the width of a desktop and then made as narrow as a phone.  Two pages are
    loaded on the phone as well, and meet all of axe's rules there.
    """

    def opened(name, width):
        context = browser.new_context(
            viewport={"width": width, "height": 844}, color_scheme="light"
        )
        context.set_default_timeout(HANGS)
        page = context.new_page()
        troubles = listen(page)
        page.goto(site + name, wait_until="load")
        page.evaluate("window.MathJax && MathJax.startup ? MathJax.startup.promise : null")
        return page, troubles

    def night_and_day(page, name):
        dark = []
        if name in BY_NIGHT:
            by_night(page)
            dark = serious(page, runOnly=["color-contrast"])
            by_day(page)
        return dark, serious(page)

    @functools.cache
    def look(name):
        page, troubles = opened(name, WIDE)
        layouts = {WIDE: layout(page)}
        resize(page, PHONE)
        layouts[PHONE] = layout(page)
        resize(page, WIDE)
        loading = list(troubles)  # axe fetches style sheets of its own, under wrong addresses
        page.evaluate(EMPTY, SLOW)
        dark, light = {}, {}
        dark[WIDE], light[WIDE] = night_and_day(page, name)
        if name in WHOLE_ON_A_PHONE:
            page.context.close()
            page, troubles = opened(name, PHONE)
            layouts[PHONE] = layout(page)
            loading += troubles
            page.evaluate(EMPTY, SLOW)
            dark[PHONE], light[PHONE] = night_and_day(page, name)
        else:
            resize(page, PHONE)
            light[PHONE] = serious(page, runOnly=ON_A_PHONE)
        page.context.close()
        return Visit(loading, layouts, light, dark)

    return look


def by_night(page):
    """Let the reader's system be dark; the theme follows."""
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-theme='dark']", state="attached")
    page.add_style_tag(content="*{transition:none !important}")


def by_day(page):
    """Let the reader's system be light."""
    page.emulate_media(color_scheme="light")
    page.wait_for_selector("html[data-theme='light']", state="attached")


looks = pytest.mark.parametrize("width", [WIDE, PHONE])
pages = pytest.mark.parametrize("name", PAGES)


@pages
def test_nothing_fails_and_nothing_comes_from_another_host(visit, name):
    assert visit(name).troubles == []


@pages
@looks
def test_formulas_and_pictures_are_drawn_and_fit(visit, name, width):
    seen = visit(name).layouts[width]
    formulas, drawn = seen.formulas
    assert drawn >= formulas
    assert [p for p in seen.pictures if not p[1] or not p[2]] == [], "no alt text, or not drawn"
    assert seen.too_wide <= 0, f"the page scrolls sideways by {seen.too_wide} px"
    assert seen.cut_formulas == [], "a formula is wider than the page: break it into lines"


@looks
def test_no_formula_is_cut_off_above_or_below(site, browser, width):
    """What stands outside its box is not drawn: so there must be white at the edge."""
    from matplotlib.image import imread

    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme="light")
    page.set_default_timeout(HANGS)
    page.goto(site + FRACTIONS, wait_until="load")
    page.evaluate("MathJax.startup.promise")
    formulas = page.locator("article mjx-container[display='true']").all()
    for formula in formulas:
        ink = imread(io.BytesIO(formula.screenshot()))[..., :3].min(axis=(1, 2)) < 0.9  # by row
        assert ink.any()
        assert not ink[[0, 1, -2, -1]].any(), formula.inner_text()[:80]
    assert len(formulas) > 5
    page.close()


@pages
@looks
def test_axe_finds_no_serious_violation(visit, name, width):
    assert visit(name).violations[width] == []


@pytest.mark.parametrize(
    ("name", "width"), [(n, WIDE) for n in BY_NIGHT] + [(n, PHONE) for n in WHOLE_ON_A_PHONE]
)
def test_axe_finds_enough_contrast_by_night(visit, name, width):
    assert visit(name).violations_dark[width] == []


def test_chapters_have_formulas_and_pictures(visit):
    for name in CHAPTERS:
        seen = visit(name).layouts[WIDE]
        assert seen.formulas[0] > 5
        assert len(seen.pictures) >= 2


@pytest.fixture
def plain(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 844})
    context.set_default_timeout(HANGS)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("name", "parts", "least"),
    [
        (CHAPTERS[0], ".cell_input", 100),
        ("book/api/text.html", "dl.py", 100),
    ],
)
def test_what_is_made_a_thousand_times_can_be_read(site, browser, name, parts, least):
    """Thousands of coloured words make axe slow, so a part stands for all."""
    page = browser.new_page(viewport={"width": WIDE, "height": 844}, color_scheme="light")
    page.set_default_timeout(HANGS)
    page.goto(site + name)
    page.eval_on_selector_all(
        parts, "xs => document.querySelector('article').replaceChildren(...xs.slice(0, 20))"
    )
    assert page.locator("article span").count() > least
    by_night(page)
    assert serious(page, runOnly=["color-contrast"]) == []
    by_day(page)
    assert serious(page) == []
    resize(page, PHONE)
    assert serious(page, runOnly=ON_A_PHONE) == []
    page.close()


def test_search_finds_a_word(site, plain):
    plain.goto(site + "search.html?q=perplexity")
    plain.wait_for_selector("ul.search li a")
    titles = plain.locator("ul.search li a").all_inner_texts()
    assert any("perplexity" in title.lower() for title in titles), titles


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_quiz_has_its_answers_folded_beneath_the_options(html, name):
    page = BeautifulSoup((html / name).read_text(encoding="utf-8"), "html.parser")
    questions = page.select(".medai-quiz ol > li")
    assert len(questions) == 5
    for question in questions:
        options = question.find_all("details")
        assert len(options) >= 3
        assert not any(option.has_attr("open") for option in options)
        assert len({option["name"] for option in options}) == 1, "opening one closes the others"
        answers = [option.p.get_text().split(".")[0].strip() for option in options]
        assert sorted(answers) == ["Not quite"] * (len(options) - 1) + ["Right"]
        kinds = ["right" if answer == "Right" else "wrong" for answer in answers]
        assert [option["class"] for option in options] == [[kind] for kind in kinds]


# Every quiz is made by one function: five of them are clicked through.
@pytest.mark.parametrize("name", CHAPTERS[::8])
def test_quiz_answers_a_click(site, plain, name):
    from playwright.sync_api import expect

    plain.route("**/tex-mml-chtml.js", lambda route: route.abort())  # a quiz has no formulas
    plain.goto(site + name)
    questions = plain.locator(".medai-quiz ol > li")
    assert questions.count() == 5
    for question in questions.all():
        right, wrong = question.locator("details.right"), question.locator("details.wrong").first
        assert not right.locator("p").is_visible()
        wrong.locator("summary").click()
        expect(wrong.locator("p")).to_have_text(re.compile(r"^\s*Not quite\."), timeout=HANGS)
        right.locator("summary").click()
        expect(right.locator("p")).to_have_text(re.compile(r"^\s*Right\."), timeout=HANGS)
        closed = expect(wrong.locator("p"), "opening one option closes the other")
        closed.to_be_hidden(timeout=HANGS)


@pytest.mark.parametrize("name", CHAPTERS)
def test_launch_and_download_buttons_point_at_this_notebook(html, name):
    notebook = name.replace(".html", ".ipynb")
    assert (ROOT / notebook).is_file()
    links = links_of(html / name).targets
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
    plain.wait_for_function(
        "([x, before]) => x.getBoundingClientRect().height > before",
        arg=[solution.element_handle(), before],
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_numbers_come_from_the_file_names(html, name):
    page = (html / name).read_text(encoding="utf-8")
    number = int(Path(name).name[:2])
    assert f'<h1><span class="section-number">{number}. </span>' in page
