"""Let Debian's (or PyPI's) ``wapiti`` attack a demo site of its own, thrown away afterwards.

    python tools/bootstrap.py --dev tools.attack [FOLDER]

Needs ``wapiti`` on the PATH. First as a visitor, then signed in; the two reports go to FOLDER (var/attack).
Half an hour on two cores. Nothing outside this machine is asked: modules that need a server of the
internet (ssrf, log4shell, buster, wapp) are left out. What it named and what that was is in docs/threat-model.md.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.demo_site import demo_site
from tools.processes import ROOT

MODULES = (
    "cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,ldap,methods,permanentxss,redirect,"
    "shellshock,spring4shell,sql,upload,xss,xxe"
)
VISITOR = ("--depth", "4", "--max-links-per-page", "80", "--max-scan-time", "900")
MEMBER = ("--depth", "2", "--max-links-per-page", "25", "--max-scan-time", "300")
BEGINNINGS = ("/notifications/", "/write/", "/messages/", "/settings/profile/")
NEVER = ("/auth/logout/", "/settings/leave/*")


def main(arguments: list[str]) -> int:
    if not shutil.which("wapiti"):
        print("wapiti is not on the PATH: apt install wapiti, or pipx install wapiti3.")
        return 1
    folder = Path(arguments[0]) if arguments else ROOT / "var" / "attack"
    folder.mkdir(parents=True, exist_ok=True)
    with demo_site(LIMITS_FACTOR="1") as site:
        name, value = next(iter(site.sign_in("junho").items()))
        signed = f"Cookie: {name}={value}"
        attack(site.url + "/", folder / "visitor.txt", *VISITOR)
        begins = [part for path in BEGINNINGS for part in ("--start", site.url + path)]
        avoids = [part for path in NEVER for part in ("--exclude", site.url + path)]
        attack(site.url + "/", folder / "member.txt", *MEMBER, "-H", signed, *begins, *avoids)
    return 0


def attack(url: str, report: Path, *options: str) -> None:
    command = ["wapiti", "--url", url, "--module", MODULES, "--max-parameters", "12"]
    command += ["--max-attack-time", "200", "--flush-session", "--no-bugreport", "--timeout", "20"]
    subprocess.run(
        [*command, *options, "--format", "txt", "--output", report], env=os.environ, check=True
    )
    print(report.read_text(encoding="utf-8", errors="replace")[:3000])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
