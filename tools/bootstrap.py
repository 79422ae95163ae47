#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Make ``.venv`` hold what a requirements file says, then run a module of this project in it.

    python3 tools/bootstrap.py [--dev] [MODULE [ARGUMENT ...]]

Needs only a Python's standard library: no pip, no ``ensurepip`` (Debian ships neither by default),
no root. The first run downloads packages; later ones compare a fingerprint and start at once.
The syntax stays old on purpose, so that an old Python can say that it is too old.
"""

import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

OLDEST = (3, 11)
TESTED = ("3.13", "3.12", "3.11")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
LOG = os.path.join(ROOT, "var", "install.log")
DEFAULT_INDEX = "https://pypi.org/simple"
DOWNLOAD_SECONDS = 60
OFFLINE_SIGNS = (
    "NewConnectionError",
    "Name or service not known",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "Connection refused",
    "Max retries exceeded",
    "dns error",
    "error sending request",
    "timed out",
)

NOISE = ("Ignoring ", "WARNING: Retrying ")


def say(korean, english):
    """Print one line in Korean and English."""
    print("{} · {}".format(korean, english), flush=True)


def stop(korean, english, *details):
    """Print what is wrong and how to mend it, then end with an error."""
    out = sys.stderr
    out.write("\n✗ {}\n  {}\n".format(korean, english))
    for detail in details:
        out.write("  {}\n".format(detail))
    sys.exit(1)


# Which Python ---------------------------------------------------------------------------------


def version_of(python):
    """Return (major, minor) of an interpreter, or None if it does not start."""
    try:
        answer = subprocess.check_output(
            [python, "-c", "import sys; print(sys.version_info[0], sys.version_info[1])"],
            stderr=subprocess.DEVNULL,
        )
        major, minor = answer.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None


def choose_python():
    """Continue in an interpreter that is new enough: PYTHON, this one, or a newer one on PATH."""
    wanted = os.environ.get("PYTHON", "")
    if wanted and not os.environ.get("MADANG_PYTHON_CHOSEN"):
        found = version_of(wanted)
        if found is None:
            stop(
                "PYTHON={}: 실행할 수 없어요.".format(wanted),
                "PYTHON={} does not start.".format(wanted),
            )
        if found < OLDEST:
            refuse_old(wanted, found)
        restart_with(wanted)
    if sys.version_info[:2] >= OLDEST:
        return
    for name in TESTED:
        candidate = shutil.which("python" + name)
        if candidate and version_of(candidate):
            restart_with(candidate)
    refuse_old(sys.executable, sys.version_info[:2])


def restart_with(python):
    os.environ["MADANG_PYTHON_CHOSEN"] = "1"
    path = shutil.which(python) or python
    sys.stdout.flush()
    os.execv(path, [path, os.path.abspath(__file__)] + sys.argv[1:])


def refuse_old(python, found):
    have = "{}.{}".format(*found)
    stop(
        "파이썬 3.11 이상이 필요해요. 지금 쓰는 파이썬: {} ({})".format(have, python),
        "Python 3.11 or newer is needed; {} is {}.".format(python, have),
        "make run PYTHON=/path/to/python3.12",
    )


# The environment ------------------------------------------------------------------------------


def environment_works():
    found = os.path.exists(VENV_PYTHON) and version_of(VENV_PYTHON)
    return bool(found) and found >= OLDEST


def make_environment():
    """Create ``.venv`` without pip: the one form that every Debian Python can make."""
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        import venv
    except ImportError:
        stop(
            "이 파이썬에는 venv 모듈이 없어요. 다른 파이썬을 골라 주세요.",
            "This Python has no venv module; choose another one.",
            "make run PYTHON=/path/to/python3.12",
        )
    venv.EnvBuilder(with_pip=False, symlinks=True).create(VENV)


def has_module(python, name):
    return subprocess.call([python, "-c", "import " + name], stderr=subprocess.DEVNULL) == 0


def ensure_pip():
    """Put pip into ``.venv``: the copy that came with Python, else the pinned wheel."""
    if has_module(VENV_PYTHON, "pip"):
        return
    if has_module(VENV_PYTHON, "ensurepip"):
        with open(LOG, "ab") as log:
            done = subprocess.call([VENV_PYTHON, "-m", "ensurepip"], stdout=log, stderr=log)
        if done == 0:
            return
    with tempfile.TemporaryDirectory() as folder:
        wheel = download_pip(folder)
        with open(LOG, "ab") as log:
            # A wheel is a zip archive, and Python runs a package inside one.
            subprocess.check_call(
                [VENV_PYTHON, os.path.join(wheel, "pip"), "install", "--no-index", wheel],
                stdout=log,
                stderr=log,
            )


def pip_setting(name):
    """Return a pip setting as pip itself would see it: environment, then its files."""
    value = os.environ.get("PIP_" + name.upper().replace("-", "_"))
    if value:
        return value
    import configparser

    home = os.path.expanduser("~")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(
        [
            "/etc/pip.conf",
            os.path.join(home, ".pip", "pip.conf"),
            os.path.join(
                os.environ.get("XDG_CONFIG_HOME", os.path.join(home, ".config")), "pip", "pip.conf"
            ),
            os.environ.get("PIP_CONFIG_FILE", ""),
        ],
        encoding="utf-8",
    )
    for section in ("install", "global"):
        if parser.has_option(section, name):
            return parser.get(section, name).strip()
    return ""


def download_pip(folder):
    """Download the pip wheel pinned in requirements/pip.txt, check its hash, return its path."""
    with open(os.path.join(ROOT, "requirements", "pip.txt"), encoding="utf-8") as lines:
        text = lines.read()
    version = re.search(r"^pip==(\S+)", text, re.MULTILINE).group(1)
    hashes = set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))
    name = "pip-{}-py3-none-any.whl".format(version)
    index = (pip_setting("index-url") or DEFAULT_INDEX).rstrip("/") + "/pip/"
    page = fetch(index, accept="application/vnd.pypi.simple.v1+json, text/html;q=0.5").decode()
    try:
        links = [entry["url"] for entry in json.loads(page)["files"]]
    except ValueError:
        links = re.findall(r'href="([^"]+)"', page)
    for link in links:
        address = urllib.parse.urljoin(index, link)
        if urllib.parse.urlsplit(address).path.endswith("/" + name):
            body = fetch(address)
            if hashlib.sha256(body).hexdigest() not in hashes:
                stop(
                    "내려받은 pip이 고정된 해시와 달라요.",
                    "The downloaded pip does not match its pinned hash.",
                )
            path = os.path.join(folder, name)
            with open(path, "wb") as wheel:
                wheel.write(body)
            return path
    stop(
        "패키지 목록에 없어요: {}".format(name),
        "The package index has no {}.".format(name),
        index,
    )


def fetch(address, accept="*/*"):
    certificates = pip_setting("cert") or os.environ.get("SSL_CERT_FILE") or None
    context = ssl.create_default_context(cafile=certificates)
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=DOWNLOAD_SECONDS, context=context) as answer:
            return answer.read()
    except (urllib.error.URLError, OSError) as error:
        refuse_offline(str(error))


def refuse_offline(detail):
    stop(
        "패키지를 내려받지 못했어요. 처음 한 번은 인터넷 연결이 필요해요.",
        "Packages could not be downloaded; the first run needs the network.",
        detail,
        "프록시나 사내 미러를 쓰면 pip 설정(HTTPS_PROXY, PIP_INDEX_URL)을 확인해 주세요.",
        "Behind a proxy or with a mirror of your own, check HTTPS_PROXY and PIP_INDEX_URL.",
    )


# The packages ---------------------------------------------------------------------------------


def fingerprint(name):
    with open(os.path.join(ROOT, name), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp_of(name):
    return os.path.join(VENV, "." + name + ".sha256")


def is_installed(name):
    try:
        with open(stamp_of(name), encoding="ascii") as stamp:
            return stamp.read() == fingerprint(name)
    except OSError:
        return False


def install(name):
    """Install a compiled requirements file, every package checked against its hash."""
    wanted = os.path.join(ROOT, name)
    ways = []
    for uv in (os.path.join(VENV, "bin", "uv"), shutil.which("uv")):
        # uv does not read pip's settings: where a person has set an index of their own, use pip.
        if uv and os.path.exists(uv) and not pip_setting("index-url"):
            ways.append([uv, "pip", "install", "--python", VENV_PYTHON, "--compile-bytecode"])
            break
    ways.append(
        [VENV_PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        + ["--retries", "2", "--progress-bar", "off"]
    )
    for way in ways:
        if way[0] == VENV_PYTHON:
            ensure_pip()
        with open(LOG, "ab") as log:
            code = subprocess.call(
                way + ["--require-hashes", "-r", wanted], cwd=ROOT, stdout=log, stderr=log
            )
        if code == 0:
            break
    else:
        with open(LOG, encoding="utf-8", errors="replace") as log:
            lines = log.read().strip().splitlines()
        tail = "\n  ".join(line for line in lines[-8:] if not line.startswith(NOISE))
        if any(sign in line for line in lines[-40:] for sign in OFFLINE_SIGNS):
            refuse_offline(tail)
        stop(
            "패키지를 설치하지 못했어요. 기록: var/install.log",
            "Packages could not be installed; the log is var/install.log.",
            tail,
        )
    # The development set contains the other one, pinned to the same versions.
    covered = ["requirements.txt", name] if name == "requirements-dev.txt" else [name]
    for each in covered:
        with open(stamp_of(each), "w", encoding="ascii") as stamp:
            stamp.write(fingerprint(each))


def main():
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    choose_python()
    arguments = sys.argv[1:]
    name = "requirements.txt"
    if arguments[:1] == ["--dev"]:
        name = "requirements-dev.txt"
        arguments = arguments[1:]
    os.makedirs(os.path.dirname(LOG), exist_ok=True)
    has_environment = environment_works()
    if not has_environment or not is_installed(name):
        with open(LOG, "wb"):
            pass
        if not has_environment:
            say(
                "[1/2] 파이썬 {}.{} 환경을 만들어요 (.venv)".format(*sys.version_info[:2]),
                "making the environment",
            )
            make_environment()
        say("[2/2] 패키지를 설치해요 (처음 한 번, 1분쯤)", "installing packages, once")
        install(name)
    if arguments:
        os.chdir(ROOT)
        os.execv(VENV_PYTHON, [VENV_PYTHON, "-m"] + arguments)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # The next start goes on where this one was: nothing counts as installed before its stamp.
        print()
        say("■ 멈췄어요", "stopped")
        sys.exit(130)
