"""Check every named page as a browser and three checkers see it, in ko and en, both themes.

python -m tools.check_web [--no-lighthouse | --every-lighthouse] [--in-turn] [PAGE ...]

On a demo site of its own: the Nu HTML checker and axe find nothing, no request leaves our origin,
the content security policy is not violated, nothing shifts or overflows, sizes stay within budget,
and Lighthouse (as a phone) gives 95 or more. The exit code is 1 if one promise is broken.
"""

import argparse
import contextlib
import gzip
import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response

from tools.bootstrap import stop as refuse
from tools.browser import chromium, cookies_for, find_chromium, tab
from tools.demo_site import DemoSite, NamedPage, demo_site, quoted
from tools.processes import ROOT

WEB = ROOT / "tools" / "web"
MODULES = WEB / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
LIGHTHOUSE = MODULES / ".bin" / "lighthouse"

LANGUAGES = ("ko", "en")
THEMES = ("light", "dark")
BROWSERS = 3  # at once: each rests for half a second until it knows that nothing is on its way
WIDTHS = (1280, 360)  # CSS pixels: a desk and the narrowest phone
BUDGETS = {"document": 30_000, "stylesheet": 25_000, "script": 40_000}  # bytes after gzip
GZIP_LEVEL = 6
LARGEST_SHIFT = 0.001
LOOKS_FOR_SHIFTS = 3
LEAST_SCORE = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LIGHTHOUSE_SECONDS = 120
LIGHTHOUSE_TRIES = 3  # of which the best counts
# One Lighthouse run takes ten seconds: without --every-lighthouse two of the four variants.
LIGHTHOUSE_VARIANTS = {("ko", "light"), ("en", "dark")}

WATCH = """
window.__shift = 0;
window.__shifted = new Set();
window.__violations = [];
const named = (node) => {
  const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  return element ? [element.localName, ...element.classList].join(".") : "?";
};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries().filter((one) => !one.hadRecentInput)) {
    window.__shift += entry.value;
    for (const source of entry.sources) window.__shifted.add(named(source.node));
  }
}).observe({type: "layout-shift", buffered: true});
document.addEventListener("securitypolicyviolation", (event) =>
  window.__violations.push(event.violatedDirective + " " + event.blockedURI));
"""
RUN_AXE = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.map(
  (found) => found.id + " ×" + found.nodes.length + " " + found.nodes[0].target.join(" "))"""
OVERFLOW = """() => {
  const page = document.documentElement;
  return Math.max(page.scrollWidth, document.body.scrollWidth) - page.clientWidth;
}"""


@dataclass
class Variant:
    """One page in one language and theme, with all that was found."""

    page: NamedPage
    language: str
    theme: str
    problems: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)
    scores: dict[str, int] = field(default_factory=dict)
    html: str = ""

    @property
    def title(self) -> str:
        return f"{self.page.name}.{self.language}.{self.theme}"

    def row(self) -> str:
        sizes = " ".join(f"{self.sizes.get(kind, 0) / 1000:5.1f}" for kind in BUDGETS)
        scores = " ".join(f"{self.scores.get(name, '–'):>4}" for name in CATEGORIES)
        return f"{'✗' if self.problems else '✓'} {self.title:34} {sizes}   {scores}"


def install_checkers() -> None:
    """Install the pinned npm packages unless this very lock file is installed."""
    for program, package in (("node", "nodejs"), ("npm", "npm"), ("java", "default-jre-headless")):
        if not shutil.which(program):
            refuse(
                f"{program} 프로그램이 없어요.",
                f"{program} is missing (for example: apt install {package}).",
            )
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".lock.sha256"
    if stamp.exists() and stamp.read_text() == lock:
        return
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=WEB,
        check=True,
    )
    stamp.write_text(lock)


def look_at_all(site: DemoSite, variants: list[Variant]) -> None:
    """Look at every variant, in several browsers at once.

    One language and theme after the other: they are stored with the member who looks.
    """
    for kind in dict.fromkeys((variant.language, variant.theme) for variant in variants):
        waiting: SimpleQueue[tuple[Variant, dict[str, str]]] = SimpleQueue()
        for variant in variants:
            if (variant.language, variant.theme) == kind:
                waiting.put((variant, cookies_for(site, variant.page, *kind)))
        with ThreadPoolExecutor(BROWSERS) as pool:
            for done in [pool.submit(look_at_some, site, waiting) for _ in range(BROWSERS)]:
                done.result()


def look_at_some(site: DemoSite, waiting: SimpleQueue) -> None:
    """Look at what waits, in a browser of this thread, until nothing does."""
    with chromium() as browser, contextlib.suppress(Empty):
        while True:
            variant, cookies = waiting.get_nowait()
            look_at(browser, site, variant, cookies)


def look_at(browser: Browser, site: DemoSite, variant: Variant, cookies: dict[str, str]) -> None:
    """Open the page at every width and note what its browser sees."""
    for width in WIDTHS:
        with new_view(browser, site, cookies, width, variant.theme) as view:
            responses = listen(view, variant)
            answer = open_page(view, variant)
            shift = shift_of(view)
            judge_view(view, variant, width)
            if answer.status != variant.page.status:
                variant.problems.append(f"status {answer.status}")
            if width == WIDTHS[0]:
                variant.html = answer.text()
                judge_responses(responses, site, variant)
        # What moves because this machine was busy while the page arrived does not move each time.
        for _ in range(LOOKS_FOR_SHIFTS - 1):
            if shift:
                with new_view(browser, site, cookies, width, variant.theme) as view:
                    open_page(view, variant)
                    shift = shift_of(view)
        if shift:
            variant.problems.append(f"{width}px: {shift}")


@contextlib.contextmanager
def new_view(
    browser: Browser, site: DemoSite, cookies: dict[str, str], width: int, theme: str
) -> Iterator[Page]:
    with tab(browser, site, cookies, width=width, theme=theme) as context:
        context.add_init_script(WATCH)
        yield context.new_page()


def open_page(view: Page, variant: Variant) -> Response:
    """Open the page and wait until nothing is on its way any more."""
    answer = view.goto(quoted(variant.page.path), wait_until="load")
    view.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
    view.wait_for_load_state("networkidle")
    return answer


def shift_of(view: Page) -> str:
    """Return what moved on the page after it was first seen, and how much; "" if nothing did."""
    if (shift := view.evaluate("window.__shift")) <= LARGEST_SHIFT:
        return ""
    return f"layout shift {shift:.3f} of {view.evaluate('[...window.__shifted].join(`, `)')}"


def listen(view: Page, variant: Variant) -> list[Response]:
    """Note exceptions of the page; return the list to which its responses will be added."""
    responses: list[Response] = []
    view.on("response", lambda response: responses.append(response))
    view.on("pageerror", lambda error: variant.problems.append(f"exception: {error}"))
    return responses


def judge_view(view: Page, variant: Variant, width: int) -> None:
    note = variant.problems.append
    if (overflow := view.evaluate(OVERFLOW)) > 0:
        note(f"{width}px: {overflow} px wider than the screen")
    for violation in view.evaluate("window.__violations"):
        note(f"{width}px: policy violated: {violation}")
    language = view.evaluate("document.documentElement.lang")
    if language != variant.language:
        note(f"lang is {language!r}")
    for found in view.evaluate(RUN_AXE):
        note(f"{width}px: axe: {found}")


def judge_responses(responses: list[Response], site: DemoSite, variant: Variant) -> None:
    for response in responses:
        if not response.url.startswith((site.url, "data:")):
            variant.problems.append(f"foreign request: {response.url}")
            continue
        kind = response.request.resource_type
        if response.status >= 400 and kind != "document":
            variant.problems.append(f"{response.status} {urlsplit(response.url).path}")
        elif kind in BUDGETS:
            size = len(gzip.compress(response.body(), GZIP_LEVEL))
            variant.sizes[kind] = variant.sizes.get(kind, 0) + size
    judge_sizes(variant)


def judge_sizes(variant: Variant) -> None:
    for kind, budget in BUDGETS.items():
        if variant.sizes.get(kind, 0) > budget:
            variant.problems.append(f"{kind}: {variant.sizes[kind]} bytes, budget {budget}")


def check_html(variants: list[Variant]) -> None:
    """Give all pages to the Nu checker at once: starting Java is the dear part."""
    with tempfile.TemporaryDirectory() as folder:
        by_name = {}
        for variant in variants:
            path = Path(folder) / f"{variant.title}.html"
            path.write_text(variant.html, encoding="utf-8")
            by_name[path.name] = variant
        done = subprocess.run(
            ["java", "-Xss1m", "-jar", VNU, "--format", "json", "--errors-only", folder],
            capture_output=True,
            text=True,
        )
    # The report is on stderr, and Java may add lines of its own before it.
    report = done.stderr[done.stderr.find("{") :] or done.stdout
    for message in json.loads(report)["messages"]:
        variant = by_name[Path(urlsplit(message["url"]).path).name]
        line = message.get("lastLine", "?")
        variant.problems.append(f"html line {line}: {message['message']}")


def run_lighthouse(site: DemoSite, variant: Variant, cookies: dict[str, str]) -> None:
    """Measure the page as Lighthouse's phone sees it; a busy machine gets more than one try."""
    # A page that asks not to be indexed does so on purpose; the audit would count it as a fault.
    categories = [name for name in CATEGORIES if name != "seo" or variant.page.is_indexed]
    for _ in range(LIGHTHOUSE_TRIES):
        try:
            report = lighthouse_report(site, variant, cookies, categories)
        except (subprocess.TimeoutExpired, OSError, json.JSONDecodeError) as error:
            problems = [f"lighthouse did not finish: {error}"]
            continue
        problems = []
        for name in categories:
            category = report["categories"][name]
            score = round((category["score"] or 0) * 100)
            variant.scores[name] = max(score, variant.scores.get(name, 0))
            if variant.scores[name] < LEAST_SCORE:
                failed = ", ".join(failed_audits(report, category))
                problems.append(f"lighthouse {name} {score}: {failed}")
        if not problems:
            return
    variant.problems += problems


def lighthouse_report(
    site: DemoSite, variant: Variant, cookies: dict[str, str], categories: list[str]
) -> dict[str, Any]:
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    locale = {"ko": "ko-KR,ko", "en": "en-US,en"}[variant.language]
    with tempfile.TemporaryDirectory() as folder:
        # Into a file: of what it writes to a pipe, Node keeps all that is beyond 64 kB to itself.
        path = Path(folder) / "report.json"
        command = [LIGHTHOUSE, site.url + quoted(variant.page.path), "--quiet", "--output=json"]
        command += [f"--output-path={path}", "--disable-full-page-screenshot"]
        command += [f"--only-categories={','.join(categories)}", "--ignore-status-code"]
        command += ["--no-enable-error-reporting"]
        command += [f"--extra-headers={json.dumps({'Cookie': header, 'Accept-Language': locale})}"]
        command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-quic"]
        subprocess.run(
            command,
            capture_output=True,
            timeout=LIGHTHOUSE_SECONDS,
            env=os.environ | {"CHROME_PATH": find_chromium()},
        )
        return json.loads(path.read_text(encoding="utf-8"))


def failed_audits(report: dict[str, Any], category: dict[str, Any]) -> list[str]:
    return [
        reference["id"]
        for reference in category["auditRefs"]
        if reference["weight"]
        and (report["audits"][reference["id"]]["score"] or 0) < 0.9
        and report["audits"][reference["id"]]["scoreDisplayMode"] != "notApplicable"
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="check_web")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--no-lighthouse", action="store_true")
    parser.add_argument("--every-lighthouse", action="store_true")
    parser.add_argument(
        "--in-turn",
        action="store_true",
        help="each page in one language and theme alone, page after page the next pair",
    )
    wanted = parser.parse_args(arguments)
    find_chromium()
    install_checkers()
    with demo_site() as site:
        pages = list(site.pages(wanted.pages))
        pairs = list(itertools.product(LANGUAGES, THEMES))
        if wanted.in_turn:
            of_each = zip(pages, itertools.cycle(pairs))
            variants = [Variant(page, *pair) for page, pair in of_each]
        else:
            variants = [Variant(page, *pair) for pair in pairs for page in pages]
        look_at_all(site, variants)
        check_html(variants)
        titles = " ".join(f"{name[:4]:>4}" for name in CATEGORIES)
        print(f"\n  {'page':34}  html   css    js   {titles}   (kB gzip; Lighthouse)")
        for variant in variants:
            is_chosen = (variant.language, variant.theme) in LIGHTHOUSE_VARIANTS
            if not wanted.no_lighthouse and (is_chosen or wanted.every_lighthouse):
                cookies = cookies_for(site, variant.page, variant.language, variant.theme)
                run_lighthouse(site, variant, cookies)
            print(variant.row(), flush=True)
            for problem in dict.fromkeys(variant.problems):
                print(f"      {problem}")
    broken = sum(bool(variant.problems) for variant in variants)
    print(f"\n{len(variants) - broken} of {len(variants)} without a problem")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
