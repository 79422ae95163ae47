"""``manage.py search_eval``: how well searches find, by class, against what the site promises."""

import json
import time
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError

from search.analysis import analyzer_version, get_analyzer
from search.evaluating.fresh import TARGETS as FRESH_TARGETS
from search.evaluating.fresh import fresh_questions
from search.evaluating.measuring import TARGETS, Answer, Row, ask, table
from search.evaluating.records import Question, Record, default_file, read_questions, read_records
from search.evaluating.scratch import scratch_database

MISSES = 0
SLOWEST = 0.95


class Command(BaseCommand):
    help = (
        "Measure recall and order on labelled queries in a database that is thrown away. "
        "Ends with 1 where a class is below its target."
    )
    requires_system_checks = ()

    def add_arguments(self, parser) -> None:
        parser.add_argument("--documents", type=Path, help="JSON lines of documents")
        parser.add_argument("--queries", type=Path, help="JSON lines of labelled queries")
        parser.add_argument("--engine", choices=["sqlite", "postgres", "opensearch"])
        parser.add_argument("--analyzer", choices=["kiwi", "mecab", "bigram"])
        parser.add_argument("--fresh", action="store_true", help="also ask what chance misspelt")
        parser.add_argument("--seed", type=int, default=1, help="of the fresh queries")
        parser.add_argument("--json", action="store_true", help="print figures for programs")
        parser.add_argument(
            "--misses", type=int, default=MISSES, metavar="N", help="show the N worst of each class"
        )

    def handle(self, *args, **options) -> None:
        try:
            records = read_records(options["documents"] or default_file("documents"))
            questions = read_questions(options["queries"] or default_file("queries"))
        except (OSError, ValueError, KeyError) as error:
            raise CommandError(f"Cannot read the files: {error!r}") from error
        wanted = {}
        if options["engine"]:
            wanted["SEARCH_ENGINE"] = options["engine"]
        if options["analyzer"]:
            wanted["SEARCH_ANALYZER"] = options["analyzer"]
        with scratch_database(**wanted):
            keys = self._index(records, quietly=options["json"])
            tables = {"labelled": (self._ask(questions, keys), TARGETS)}
            if options["fresh"]:
                fresh = fresh_questions(records, get_analyzer(), seed=options["seed"])
                tables["fresh"] = (self._ask(fresh, keys), FRESH_TARGETS)
            about = {"analyzer": analyzer_version(), "documents": len(records)}
        if options["json"]:
            self._print_json(about, tables)
        else:
            for name, (answers, targets) in tables.items():
                self._print_table(name, answers, targets, options["misses"])
        if not all(
            row.is_met for answers, targets in tables.values() for row in table(answers, targets)
        ):
            raise CommandError("Below target.", returncode=1)

    def _index(self, records: list[Record], *, quietly: bool) -> dict[str, int]:
        from search.actions.draining import drain_outbox
        from search.actions.evaluating import store_records

        began = time.perf_counter()
        keys = store_records(records)
        stored = time.perf_counter()
        while drain_outbox():
            pass
        if not quietly:
            seconds = time.perf_counter() - stored
            self.stdout.write(
                f"{len(records)} documents stored in {stored - began:.0f} s, indexed in"
                f" {seconds:.0f} s with {analyzer_version()}"
            )
        return keys

    def _ask(self, questions: list[Question], keys: dict[str, int]) -> list[Answer]:
        from search.selectors import search

        names = {pk: name for name, pk in keys.items()}

        def find(query: str) -> tuple[list[str], float, str]:
            began = time.perf_counter()
            found = search(query, viewer=AnonymousUser())
            taken = (time.perf_counter() - began) * 1000
            ids = [*found.ids, *found.related_ids]
            ways = " / ".join(found.plan.explain)
            note = f"{found.total} hits; {found.corrected or '-'}; {ways}"
            return [names[pk] for pk in ids if pk in names], taken, note

        return ask(questions, find)

    def _print_table(self, name: str, answers: list[Answer], targets: dict, misses: int) -> None:
        self.stdout.write(f"\n{name:16} {'n':>4} {'R@10':>6} {'MRR':>6}  target      wrong")
        for row in table(answers, targets):
            self.stdout.write(_line(row))
        times = sorted(one.milliseconds for one in answers)
        if times:
            slow = times[min(len(times) - 1, int(len(times) * SLOWEST))]
            self.stdout.write(f"p50 {times[len(times) // 2]:.1f} ms, p95 {slow:.1f} ms")
        if misses:
            self._print_misses(answers, misses)

    def _print_misses(self, answers: list[Answer], number: int) -> None:
        kinds = dict.fromkeys(answer.question.kind for answer in answers)
        for kind in kinds:
            worst = [
                one
                for one in answers
                if one.question.kind == kind
                and (one.recall + one.reciprocal_rank < 2 or one.is_wrong)
            ]
            worst.sort(key=lambda one: one.recall + one.reciprocal_rank)
            for one in worst[:number]:
                missing = sorted(one.question.relevant - set(one.found[:10]))[:4]
                self.stdout.write(
                    f"{kind:14} {one.recall:.2f} {one.reciprocal_rank:.2f} {one.question.query!r}"
                    f"  [{one.note}]  missing {missing} found {list(one.found[:3])}"
                )

    def _print_json(self, about: dict, tables: dict) -> None:
        figures = {
            name: [
                {
                    "class": row.kind,
                    "queries": row.count,
                    "recall": round(row.recall, 4),
                    "mrr": round(row.rank, 4),
                    "wrong": row.wrong,
                    "is_met": row.is_met,
                }
                for row in table(answers, targets)
            ]
            for name, (answers, targets) in tables.items()
        }
        self.stdout.write(json.dumps(about | figures, ensure_ascii=False))


def _line(row: Row) -> str:
    target = f"{row.target[0]:.2f}/{row.target[1]:.2f}" if row.target else ""
    mark = "" if row.is_met else "  BELOW"
    return (
        f"{row.kind:16} {row.count:4} {row.recall:6.3f} {row.rank:6.3f}  {target:10}"
        f" {row.wrong or '':>5}{mark}"
    )
