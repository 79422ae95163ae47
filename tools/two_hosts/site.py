"""The parts of the site on their hosts: PostgreSQL with a replica, Redis, search, two of ours, nginx."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from osmem_server import resolve_binary

from tools.engines import postgres_programs, server_account
from tools.processes import ROOT
from tools.two_hosts.network import NETWORK, Host

PORTS = {"postgres": 5432, "redis": 6379, "search": 9200, "web": 8000, "edge": 80}
START_SECONDS = 120
HBA = f"""
local all all trust
host all all {NETWORK}.0/24 trust
host replication all {NETWORK}.0/24 trust
host all all 127.0.0.1/32 trust
"""
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log warn;
worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream madang {{
    server {first}:8000 max_fails=2 fail_timeout=5s;
    server {second}:8000 max_fails=2 fail_timeout=5s;
    keepalive 16;
  }}
  server {{
    listen {edge}:80;
    client_max_body_size 12m;
    location / {{
      proxy_pass http://madang;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_connect_timeout 1s;
      proxy_read_timeout 20s;
      # What is safe to repeat is asked of the other host; a POST that was sent is not.
      # A 503 is an answer: the database is away for both, and the page says so.
      proxy_next_upstream error timeout http_502;
      proxy_next_upstream_tries 2;
    }}
  }}
}}
"""


class Site:
    """What is started where, and how it is reached."""

    def __init__(self, hosts: dict[str, Host], folder: Path):
        self.hosts, self.folder = hosts, folder
        self.programs = next(path for path in postgres_programs() if (path / "initdb").exists())
        self.account = server_account()
        self.url = f"http://{hosts['edge'].address}"
        self.database = f"postgres://madang@{hosts['primary'].address}:5432/madang"
        self.replica = f"postgres://madang@{hosts['replica'].address}:5432/madang"

    # Data -----------------------------------------------------------------------------------

    def start_data(self) -> None:
        """Start PostgreSQL, its replica, Redis and search; create the database."""
        primary, replica = self.hosts["primary"], self.hosts["replica"]
        data = self._own("primary")
        self._as_postgres(
            ["initdb", "--pgdata", str(data), "--username=madang", "--auth=trust"]
            + ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        (data / "pg_hba.conf").write_text(HBA)
        self._start_postgres(primary, data)
        self.wait(lambda: self._answers(primary), "the primary")
        self._as_postgres(
            ["psql", "-h", primary.address, "-U", "madang", "-d", "postgres"]
            + ["-c", "CREATE DATABASE madang"]
        )
        copy = self._own("replica")
        copy.chmod(0o700)
        self._as_postgres(
            ["pg_basebackup", "-h", primary.address, "-U", "madang", "-D", str(copy)]
            + ["-R", "-X", "stream", "-C", "-S", "replica"]
        )
        self._start_postgres(replica, copy)
        self.wait(lambda: self._answers(replica), "the replica")
        self.start_redis()
        search = self.hosts["search"]
        search.start(
            "search",
            [resolve_binary(), "-addr", f"{search.address}:{PORTS['search']}"]
            + ["-no-ja", "-no-stdin-watch"],
            os.environ,
        )

    def start_redis(self) -> None:
        redis = self.hosts["redis"]
        place = self.folder / "redis"
        place.mkdir(exist_ok=True)
        program = shutil.which("redis-server") or "redis-server"
        command = [program, "--bind", redis.address, "--protected-mode", "no"]
        command += ["--port", str(PORTS["redis"]), "--dir", str(place), "--appendonly", "yes"]
        redis.start("redis", [*command, "--appendfsync", "everysec"], os.environ)

    def _own(self, name: str) -> Path:
        place = self.folder / name
        place.mkdir()
        if self.account:
            os.chown(place, self.account["user"], self.account["group"])
        return place

    def _as_postgres(self, command: list[str]) -> None:
        program, *arguments = command
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self.account,
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.strip()}")

    def _start_postgres(self, host: Host, data: Path) -> None:
        command = [str(self.programs / "postgres"), "-D", str(data), "-k", ""]
        command += ["-h", host.address, "-p", str(PORTS["postgres"]), "-c", "max_connections=80"]
        command += ["-c", "wal_level=replica", "-c", "hot_standby=on", "-c", "wal_keep_size=256"]
        if self.account:
            # Another account inside the namespace: PostgreSQL refuses root.
            command = ["setpriv", f"--reuid={self.account['user']}", *self._group(), *command]
        host.start("postgres", command, os.environ, cwd=data)

    def _group(self) -> list[str]:
        return [f"--regid={self.account['group']}", "--clear-groups"]

    def _answers(self, host: Host) -> bool:
        done = subprocess.run(
            [str(self.programs / "pg_isready"), "-h", host.address, "-p", "5432"],
            capture_output=True,
        )
        return done.returncode == 0

    # Ours ---------------------------------------------------------------------------------------

    def surroundings(self, host: Host) -> dict[str, str]:
        """Return the environment of one of our hosts; both differ in nothing but their own folder."""
        place = self.folder / host.name
        place.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | {
            "DJANGO_SETTINGS_MODULE": "config.settings.prod",
            "SECRET_KEY": "two hosts on one machine, thrown away afterwards 0123456789 abc",
            "ALLOWED_HOSTS": f"{self.hosts['edge'].address},{host.address}",
            "SITE_URL": self.url,
            "TRUSTED_PROXIES": "1",
            "DATABASE_URL": self.database,
            "DATABASE_REPLICA_URL": self.replica,
            "REDIS_URL": f"redis://{self.hosts['redis'].address}:6379/0",
            "SEARCH_ENGINE": "opensearch",
            "SEARCH_URL": f"http://{self.hosts['search'].address}:9200",
            "SEARCH_ANALYZER": "mecab",
            "VAR_DIR": str(place),
            "STATIC_ROOT": str(self.folder / "static"),
            "MEDIA_ROOT": str(self.folder / "media"),
            "LOG_TO_STDOUT": "on",
            "LOG_LEVEL": "INFO",
            "WEB_BIND": f"{host.address}:{PORTS['web']}",
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": "4",
            "LIMITS_FACTOR": "100000",
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *words: str, given: str = "") -> str:
        """Run a command of the site on the first host; return what it printed."""
        host = self.hosts["first"]
        done = subprocess.run(
            ["ip", "netns", "exec", host.name, sys.executable, "manage.py", *words],
            env=self.surroundings(host),
            cwd=ROOT,
            capture_output=True,
            text=True,
            input=given,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def start_host(self, name: str) -> None:
        """Start web, worker and beat of one host."""
        host, surroundings = self.hosts[name], self.surroundings(self.hosts[name])
        python = sys.executable
        gunicorn = [python, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
        celery = [python, "-m", "celery", "--app", "config"]
        host.start("web", gunicorn, surroundings)
        host.start("worker", [*celery, "worker"], surroundings)
        host.start("beat", [*celery, "beat"], surroundings)

    def start_edge(self) -> None:
        edge, place = self.hosts["edge"], self.folder / "nginx"
        place.mkdir()
        text = NGINX.format(
            folder=place,
            edge=edge.address,
            first=self.hosts["first"].address,
            second=self.hosts["second"].address,
        )
        (place / "nginx.conf").write_text(text)
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        edge.start(
            "nginx", [program, "-p", str(place), "-c", str(place / "nginx.conf")], os.environ
        )

    def is_up(self, name: str) -> bool:
        """Tell whether one host serves pages."""
        try:
            with urllib.request.urlopen(
                f"http://{self.hosts[name].address}:8000/healthz", timeout=2
            ) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait(
        self, is_ready: Callable[[], bool], what: str, seconds: float = START_SECONDS
    ) -> float:
        """Wait, keeping everything running; return how many seconds it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            self.keep()
            if is_ready():
                return time.monotonic() - began
            time.sleep(0.2)
        raise RuntimeError(f"{what}: nothing after {seconds} s")

    def keep(self) -> None:
        for host in self.hosts.values():
            host.keep()
