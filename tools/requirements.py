"""Compile the locked requirement files with hashes for every Python that we support."""

import subprocess
import sys
import sysconfig
from pathlib import Path

from tools.processes import ROOT

FILES = {
    "requirements.txt": ("requirements/base.in", "requirements/postgres.in"),
    "requirements-s3.txt": (
        "requirements/base.in",
        "requirements/postgres.in",
        "requirements/s3.in",
    ),
    "requirements-mecab.txt": (
        "requirements/base.in",
        "requirements/postgres.in",
        "requirements/mecab.in",
    ),
    "requirements-monitoring.txt": (
        "requirements/base.in",
        "requirements/postgres.in",
        "requirements/monitoring.in",
    ),
    "requirements-encryption.txt": (
        "requirements/base.in",
        "requirements/postgres.in",
        "requirements/encryption.in",
    ),
    "requirements-lambda.txt": (
        "requirements/base.in",
        "requirements/postgres.in",
        "requirements/s3.in",
        "requirements/lambda.in",
    ),
    "requirements-dev.txt": ("requirements/dev.in",),
    "requirements-api-check.txt": ("requirements/api-check.in",),
    "requirements/pip.txt": ("requirements/pip.in",),
}
OPTIONS = (
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--custom-compile-command=make requirements",
)


def main(arguments: list[str]) -> int:
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    for target, sources in FILES.items():
        command = [uv, "pip", "compile", *OPTIONS, *arguments, *sources, "--output-file", target]
        if code := subprocess.call(command, cwd=ROOT):
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
