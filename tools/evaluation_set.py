"""Make the evaluation set of search (search/evaluation/) from its sources.

    python -m tools.evaluation_set                      documents and labels from posts/ and queries/
    python -m tools.evaluation_set --gather UNPACKED    and the handbooks anew, from unpacked packages
    python -m tools.evaluation_set --show QUERY         what a query of the set calls relevant, and why

A label never asks our analyser: who wrote the query also wrote by hand which surface forms (regular
expressions over title, text, tags) a relevant post holds.
"""

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.evaluation_texts import dated, gather
from tools.processes import ROOT

FOLDER = ROOT / "search" / "evaluation"
DOCUMENTS = FOLDER / "documents.jsonl.gz"
QUERIES = FOLDER / "queries.jsonl"
OWN = "own-"

Post = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gather", type=Path, metavar="UNPACKED")
    parser.add_argument("--show", metavar="QUERY")
    options = parser.parse_args()
    if options.show:
        return show(options.show)
    if options.gather:
        handbooks = list(gather(options.gather))
    else:
        handbooks = [post for post in read_documents() if not post["id"].startswith(OWN)]
    posts = sorted([*own_posts(), *handbooks], key=lambda post: post["id"])
    write_documents(posts)
    labelled = [label(line, posts) for line in query_lines()]
    QUERIES.write_text("".join(_json(one) for one in labelled), encoding="utf-8")
    return report(posts, labelled)


def read_documents() -> list[Post]:
    with gzip.open(DOCUMENTS, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def write_documents(posts: Iterable[Post]) -> None:
    text = "".join(_json(post) for post in posts)
    DOCUMENTS.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def own_posts() -> list[Post]:
    """Return the posts of posts/*.md: ``=== name | tags | author | language``, title, text."""
    posts = []
    for path in sorted((FOLDER / "posts").glob("*.md")):
        for piece in path.read_text(encoding="utf-8").split("=== ")[1:]:
            head, title, body = (*piece.split("\n", 2), "")[:3]
            name, tags, author, language = [*(one.strip() for one in head.split("|")), "", "", ""][
                :4
            ]
            posts.append(
                dated(
                    OWN + name,
                    title.removeprefix("# ").strip(),
                    body.strip(),
                    [tag.strip() for tag in tags.split(",") if tag.strip()],
                    language or "ko",
                    author,
                )
            )
    return posts


def query_lines() -> list[dict[str, str]]:
    """Return the lines of queries/*.tsv: class, query, forms, excluded forms, forms of the first."""
    lines = []
    for path in sorted((FOLDER / "queries").glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = [*line.split("\t"), "", ""][:5]
            if not all(fields[:3]):
                raise ValueError(f"{path.name}:{number}: class, query and forms, with tabs between")
            names = ("class", "query", "forms", "excluded", "first")
            lines.append(dict(zip(names, fields, strict=True)) | {"place": f"{path.name}:{number}"})
    return lines


def label(line: dict[str, str], posts: list[Post]) -> dict[str, Any]:
    relevant = [post["id"] for post in posts if matches(line["forms"], post)]
    labelled: dict[str, Any] = {
        "class": line["class"],
        "query": line["query"],
        "relevant": relevant,
    }
    for part in ("excluded", "first"):
        if line[part]:
            ids = [post["id"] for post in posts if matches(line[part], post)]
            known = set(relevant)
            labelled[part] = [one for one in ids if (one in known) == (part == "first")]
    if not relevant or any(not labelled.get(part, [1]) for part in ("excluded", "first")):
        print(f"{line['place']}: {line['query']}: nothing matches", file=sys.stderr)
    return labelled


def matches(forms: str, post: Post) -> bool:
    """Return whether a post holds all ``&&`` parts: ``field:pattern``, or a pattern over everything.

    Fields: title, body, tag (whole), author (handle or name, whole), lang, id (names with commas),
    before and after (dates). ``!`` before a part turns it round.
    """
    return all(_has(part.strip(), post) for part in forms.split(" && "))


def _has(part: str, post: Post) -> bool:
    if part.startswith("!"):
        return not _has(part[1:], post)
    name, _, pattern = part.partition(":")
    match name:
        case "title" | "body":
            return bool(re.search(pattern, post[name], re.I))
        case "tag":
            return pattern.casefold() in [tag.casefold() for tag in post["tags"]]
        case "author":
            return pattern in (post["author"], post["author_name"])
        case "lang":
            return bool(post["lang"] == pattern)
        case "id":
            return post["id"] in [OWN + one for one in pattern.split(",")] + pattern.split(",")
        case "before":
            return bool(post["published_at"] < pattern)
        case "after":
            return bool(post["published_at"][: len(pattern)] > pattern)
    text = "\n".join([post["title"], post["body"], *post["tags"]])
    return bool(re.search(part, text, re.I))


def show(query: str) -> int:
    posts = read_documents()
    for line in query_lines():
        if line["query"] == query:
            print(line["class"], line["query"], line["forms"], line["excluded"])
            for post in posts:
                if matches(line["forms"], post):
                    found = re.search(
                        line["forms"].split(" && ")[0].split(":")[-1],
                        post["title"] + "\n" + post["body"],
                        re.I,
                    )
                    near = (
                        found.string[max(0, found.start() - 30) : found.end() + 30] if found else ""
                    )
                    print(f"  {post['id']}: {post['title']} … {near!r}")
    return 0


def report(posts: list[Post], labelled: list[dict[str, Any]]) -> int:
    print("posts", len(posts), dict(Counter(post["lang"] for post in posts)))
    print("bytes", DOCUMENTS.stat().st_size)
    print("queries", len(labelled), dict(Counter(one["class"] for one in labelled)))
    double = [
        key for key, n in Counter((one["class"], one["query"]) for one in labelled).items() if n > 1
    ]
    same = [key for key, n in Counter(post["id"] for post in posts).items() if n > 1]
    if double or same:
        print("twice:", double, same, file=sys.stderr)
    return 1 if double or same else 0


def _json(one: dict[str, Any]) -> str:
    return json.dumps(one, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
