"""Photograph the named pages at three widths in both themes.

python -m tools.screenshots [--language ko] [PAGE ...]     into var/screenshots/
"""

import argparse
import sys

from tools.browser import chromium, cookies_for, tab
from tools.demo_site import demo_site, quoted
from tools.processes import ROOT

WIDTHS = (360, 768, 1280)
THEMES = ("light", "dark")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="screenshots")
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--language", default="ko")
    parser.add_argument("--full", action="store_true", help="the whole page, not one screen")
    wanted = parser.parse_args(arguments)
    folder = ROOT / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with demo_site() as site, chromium() as browser:
        for page in site.pages(wanted.pages):
            for theme in THEMES:
                cookies = cookies_for(site, page, wanted.language, theme)
                for width in WIDTHS:
                    with tab(browser, site, cookies, width=width, theme=theme) as context:
                        view = context.new_page()
                        view.goto(quoted(page.path), wait_until="load")
                        name = f"{page.name}.{wanted.language}.{width}.{theme}.png"
                        view.screenshot(path=folder / name, full_page=wanted.full)
            print(page.name, flush=True)
    print(f"→ {folder.relative_to(ROOT)}/")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
