"""What nginx does for a site."""

import re
import time

from tools.roads.looks.asking import (
    ADDRESS,
    ADDRESS_6,
    MONTH,
    NAME,
    READER,
    YEAR,
    body,
    require,
    restart_site,
    status,
    wait_for_answer,
)
from tools.roads.machine import Machine


def it_is_up(here: Machine) -> str:
    """After the last block it answers."""
    return f"after {wait_for_answer(here, f'https://{NAME}/healthz'):.1f} s"


def http_leads_to_https(here: Machine) -> str:
    """Port 80 answers 301 to https, same URL, by IPv4 and IPv6."""
    url = f"http://{NAME}/tags/%EB%A7%88%EB%8B%B9/?sort=new&x=%2F"
    seen = [status(here, url, address=address) for address in (ADDRESS, ADDRESS_6)]
    return require(seen == [f"301 {url.replace('http:', 'https:')}"] * 2, " | ".join(seen))


def https_answers(here: Machine) -> str:
    """443 answers by IPv4 and IPv6, by TLS 1.2 and 1.3 and no older one."""
    url = f"https://{NAME}/"
    seen = [status(here, url, address=address) for address in (ADDRESS, ADDRESS_6)]
    for least, most in (("1.2", "1.2"), ("1.3", "1.3"), ("1.0", "1.1")):
        seen.append(status(here, url, f"--tlsv{least}", "--tls-max", most)[:3])
    return require(seen == ["200", "200", "200", "200", "000"], " ".join(seen))


def www_leads_to_the_bare_name(here: Machine) -> str:
    """www. leads to the bare name."""
    seen = status(here, f"https://www.{NAME}/about/?a=1")
    return require(seen == f"301 https://{NAME}/about/?a=1", seen)


def strangers_are_refused(here: Machine) -> str:
    """403 for unknown names and the bare address, both ports, IPv4 and IPv6."""
    hosts = ("elsewhere.example", ADDRESS, f"[{ADDRESS_6}]")
    seen = [
        status(here, f"{scheme}://{host}/", address=address)
        for scheme in ("http", "https")
        for host, address in zip(hosts, (ADDRESS, ADDRESS, ADDRESS_6), strict=True)
    ]
    return require(set(seen) == {"403"}, " ".join(seen))


def unlisted_names_are_the_sites_400(here: Machine) -> str:
    """A name that nginx has and ALLOWED_HOSTS has not: 400 from the site; listed there too: 200."""
    config = "/etc/nginx/sites-available/madang.conf"
    here.inside(
        "sed", "-i", f"s/server_name {NAME};/server_name {NAME} also.{NAME} {ADDRESS};/", config
    )
    here.inside("systemctl", "reload", "nginx")
    time.sleep(1)
    unlisted = body(here, f"https://also.{NAME}/")
    here.inside(
        "sed",
        "-i",
        f"s/^ALLOWED_HOSTS=.*/ALLOWED_HOSTS={NAME},{ADDRESS}/",
        "/etc/madang/madang.env",
    )
    restart_site(here)
    wait_for_answer(here, f"https://{NAME}/healthz")
    listed = status(here, f"https://{ADDRESS}/healthz")
    from_site = "x-request-id:" in unlisted.lower()
    code = unlisted.split()[1]
    seen = f"{code} {'from the site' if from_site else 'not from the site'}, then {listed}"
    return require(code == "400" and from_site and listed == "200", seen)


def static_files(here: Machine) -> str:
    """Static files from the disk: with a hash a year and immutable, others 30 days, by gzip."""
    page = body(here, f"https://{NAME}/")
    hashed = re.search(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page)
    require(hashed, "the front page names no hashed style")
    seen = {}
    for kind, path in (("hashed", hashed[1]), ("plain", "/static/madang/icons.svg")):  # type: ignore[index]
        answer = body(here, f"https://{NAME}{path}", "--head", "--header", "Accept-Encoding: gzip")
        seen[kind] = " ".join(answer.lower().split())
    wanted = {"hashed": f"public, max-age={YEAR}, immutable", "plain": f"public, max-age={MONTH}"}
    for kind, value in wanted.items():
        require(f"cache-control: {value} " in seen[kind] + " ", seen[kind])
        require("x-request-id" not in seen[kind], f"not from the disk: {seen[kind]}")
    require("content-encoding: gzip" in seen["hashed"], seen["hashed"])
    return f"{wanted['hashed']} | {wanted['plain']}"


def missing_static_files_reach_the_site(here: Machine) -> str:
    """What is not on the disk is asked of the site."""
    answer = body(here, f"https://{NAME}/static/there/is/none.css")
    seen = answer.split()[1] + (" with" if "x-request-id" in answer.lower() else " without")
    return require(seen == "404 with", f"{seen} a request id")


def uploads_are_not_on_the_disk(here: Machine) -> str:
    """A file among the uploads has no address of its own."""
    here.inside(
        "runuser",
        "-u",
        "madang",
        "--",
        "sh",
        "-c",
        "cd /var/lib/madang && mkdir -p media && echo x > media/x.webp",
    )
    seen = [
        status(here, f"https://{NAME}{path}")
        for path in ("/media/x.webp", "/static/../media/x.webp")
    ]
    return require(all(one[:3] == "404" for one in seen), " ".join(seen))


def links_are_https(here: Machine) -> str:
    """Links that the site makes begin with https."""
    answer = body(here, f"https://{NAME}/sitemap.xml") + body(here, f"https://{NAME}/robots.txt")
    found = set(re.findall(rf"(https?)://{NAME}", answer))
    return require(found == {"https"}, f"{found or 'none'}")


def forwarded_headers_are_not_believed(here: Machine) -> str:
    """Limits see the reader, not what the reader says; http cannot be claimed over https."""
    said = ("--header", "X-Forwarded-For: 203.0.113.9", "--header", "X-Forwarded-Proto: http")
    first = body(here, f"https://{NAME}/api/v1/posts/", *said)
    second = body(
        here, f"https://{NAME}/api/v1/posts/", "--header", "X-Forwarded-For: 203.0.113.10"
    )
    left = [re.search(r"\nratelimit: [^\r\n]*;r=(\d+)", one.lower()) for one in (first, second)]
    require(all(left), "no figures of limits: " + first[:600])
    figures = [int(one[1]) for one in left]  # type: ignore[index]
    return require(figures[1] < figures[0], f"{figures[0]} left, then {figures[1]} left")


def logs_have_lines(here: Machine) -> str:
    """The site has an access log and an error log of its own, with the reader's address."""
    shown = here.inside(
        "sh", "-c", "ls -l /var/log/nginx/madang.*; tail -n 1 /var/log/nginx/madang.access.log"
    )
    return require(READER in shown and "madang.error.log" in shown, shown.splitlines()[-1])


def large_files_may_move_in(here: Machine) -> str:
    """A body of 20 MB is refused by nginx, but not where things move in."""
    here.inside("sh", "-c", "true")
    sent = "head -c 20000000 /dev/zero"
    reader = ["ip", "netns", "exec", here.networks[1], "sh", "-c"]
    codes = []
    for path in ("/api/v1/posts/", "/api/v1/imports/"):
        asked = (
            f"{sent} | curl -sk -o /dev/null -w '%{{http_code}}' --resolve {NAME}:443:{ADDRESS}"
            f" -F file=@-\\;filename=x.zip https://{NAME}{path}"
        )
        codes.append(here.outside(*reader, asked))
    return require(codes[0] == "413" and codes[1] in {"401", "403"}, " ".join(codes))
