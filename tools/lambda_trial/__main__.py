"""Try the site as a function: ``python -m tools.lambda_trial --python VENV/bin/python --s3 URL``.

Needs root (a read-only view of the code and a /tmp of its own for the function), an environment with
requirements-lambda.txt, PostgreSQL and Redis to start, and a server that speaks S3 at ``--s3``
(``moto_server`` will do). Everything it starts, it ends.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.engines import postgres, redis
from tools.lambda_trial.events import STAGE_HOST, http_event, http_event_1, rest_event
from tools.lambda_trial.function import ROOT, Function, running
from tools.lambda_trial.letters import Letters
from tools.lambda_trial.visitor import Visitor
from tools.lambda_trial.walk import set_up, tasks_in, walk, work

DOMAIN = "blog.example"
SHAPES = {
    "a REST API": rest_event,
    "an HTTP API, payload 1.0": http_event_1,
    "an HTTP API, payload 2.0": http_event,
}


def main() -> int:
    """Run every road in; return 0 if all went well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True)
    parser.add_argument("--s3", required=True)
    given = parser.parse_args()
    letters = Letters()
    try:
        with (
            postgres() as database,
            redis() as broker,
            tempfile.TemporaryDirectory(dir="/var/tmp") as folder,
        ):
            if database is None or broker is None:
                print("PostgreSQL and Redis are needed.")
                return 2
            make_bucket(given.python, given.s3)
            collect_static(given.python, Path(folder))
            for prefix, domain in (("/dev", ""), ("", DOMAIN)):
                host = domain or STAGE_HOST
                url = fresh_database(database.url, "trial_domain" if domain else "trial_stage")
                environment = environment_of(url, broker.url, given.s3, host, prefix, letters)
                environment["STATIC_ROOT"] = f"{folder}/static"
                say(f"https://{host}{prefix}/")
                place = Path(folder) / (domain or "stage")
                with running(
                    environment, folder=place, python=given.python, as_root=True
                ) as function:
                    options = {"domain": domain} if domain else {}
                    try_all(function, prefix, options, letters, broker.url)
    finally:
        letters.close()
    say("\nAll went well.")
    return 0


def try_all(
    function: Function, prefix: str, options: dict[str, str], letters: Letters, broker: str
) -> None:
    """Walk through the site by each kind of event."""
    say(f"  init: {function.init_seconds:.1f} s")
    for line in set_up(lambda event: function.invoke(event, 300)):
        say(f"  {line}")
    for name, shape in SHAPES.items():
        say(f"  by {name}:")
        visitor = Visitor(function.invoke, shape, prefix, options)
        for line in walk(visitor, has_bucket=True):
            say(f"    {line}")
    letters.raw.clear()
    for line in work(visitor, letters.texts, lambda: tasks_in(broker)):
        say(f"  {line}")
    say(f"  memory at most {function.memory_megabytes()} MB")


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


def environment_of(
    database: str, broker: str, bucket: str, host: str, prefix: str, letters: Letters
) -> dict[str, str]:
    """Return the variables of the function, as template.yaml sets them."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SERVERLESS": "on",
        "SECRET_KEY": "trial-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789-abcdef",
        "ALLOWED_HOSTS": host,
        "SITE_URL": f"https://{host}",
        "URL_PREFIX": prefix,
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "S3_BUCKET": "madang-trial",
        "S3_REGION": "ap-northeast-2",
        "S3_ENDPOINT_URL": bucket,
        # In AWS these three come from the role of the function.
        "AWS_ACCESS_KEY_ID": "trial",
        "AWS_SECRET_ACCESS_KEY": "trial",
        "AWS_SESSION_TOKEN": "trial",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(letters.port),
        "MAIL_FROM": "madang@example.com",
    }


def fresh_database(url: str, name: str) -> str:
    """Make an empty database; return its URL."""
    import psycopg2

    connection = psycopg2.connect(url.replace("postgres://", "postgresql://", 1))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    connection.close()
    return url.rpartition("/")[0] + f"/{name}"


def make_bucket(python: str, endpoint: str) -> None:
    """Make the bucket; one that is there already will do."""
    code = (
        "import boto3, sys\n"
        "s3 = boto3.client('s3', endpoint_url=sys.argv[1], region_name='ap-northeast-2',"
        " aws_access_key_id='trial', aws_secret_access_key='trial')\n"
        "names = [one['Name'] for one in s3.list_buckets()['Buckets']]\n"
        "'madang-trial' in names or s3.create_bucket(Bucket='madang-trial',"
        " CreateBucketConfiguration={'LocationConstraint': 'ap-northeast-2'})\n"
    )
    subprocess.run([python, "-c", code, endpoint], check=True)


def collect_static(python: str, folder: Path) -> None:
    """Gather static files and compile the catalogues as the image does."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "VAR_DIR": str(folder / "build"),
        "STATIC_ROOT": str(folder / "static"),
        "LOG_TO_STDOUT": "on",
    }
    for command in (
        ["-m", "tools.catalogues", "compile"],
        ["manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
    ):
        subprocess.run([python, *command], check=True, cwd=ROOT, env=environment)


if __name__ == "__main__":
    sys.exit(main())
