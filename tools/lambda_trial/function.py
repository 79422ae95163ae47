"""A function's container on this machine: the real ``awslambdaric`` with nothing to write to but /tmp."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.lambda_trial.runtime import FunctionFailed, Runtime
from tools.processes import start, stop

ROOT = Path(__file__).resolve().parent.parent.parent
INIT_SECONDS = 10.0
"""What Lambda gives; a slow machine may be given more."""

# Everything is read-only as in the container; only /tmp can be written, and it is small.
SHUT_AWAY = """
set -e
mount --make-rprivate /
for place in "$1" "$2"; do mount --bind "$place" "$place"; mount -o remount,ro,bind "$place"; done
mount -t tmpfs -o size=512m tmpfs /tmp
cd "$2"
if touch "$2/written" 2>/dev/null; then echo "the code can be written to" >&2; exit 3; fi
shift 2
exec "$@"
"""

# Without root: Python itself refuses every write outside of /tmp.
REFUSES_WRITES = """
import os, sys
ALLOWED = tuple(os.path.realpath(one) for one in os.environ["MAY_WRITE"].split(os.pathsep))
def is_free(path):
    return isinstance(path, int) or os.path.realpath(os.fsdecode(path)).startswith(ALLOWED)
def watch(event, args):
    if event == "open":
        path, mode, flags = args
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if isinstance(flags, int) else 0
        if path is not None and writes and not is_free(path):
            raise OSError(30, "Read-only file system", path)
    elif event in {"os.mkdir", "os.remove", "os.rmdir", "os.truncate"} and not is_free(args[0]):
        raise OSError(30, "Read-only file system", args[0])
    elif event in {"os.rename", "os.link", "os.symlink"} and not is_free(args[1]):
        raise OSError(30, "Read-only file system", args[1])
sys.addaudithook(watch)
"""


class Function:
    """One container of the function, and Lambda beside it."""

    def __init__(
        self, environment: Mapping[str, str], *, folder: Path, python: str, as_root: bool = False
    ):
        self.runtime = Runtime()
        self.folder = folder
        scratch = folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        self.log = folder / "function.log"
        command = [python, "-m", "awslambdaric", "config.aws.handler"]
        own = {
            "AWS_LAMBDA_RUNTIME_API": self.runtime.address,
            "AWS_LAMBDA_FUNCTION_NAME": "madang-dev",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.12",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "TZ": ":UTC",
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
        }
        if as_root:
            environment_root = Path(python).parent.parent
            command = [
                "unshare",
                "--mount",
                "sh",
                "-c",
                SHUT_AWAY,
                "sh",
                environment_root,
                ROOT,
                *command,
            ]
        else:
            hooks = folder / "hooks"
            hooks.mkdir(exist_ok=True)
            (hooks / "sitecustomize.py").write_text(REFUSES_WRITES, "utf-8")
            own |= {
                "PYTHONPATH": str(hooks),
                "TMPDIR": str(scratch),
                "MAY_WRITE": os.pathsep.join([str(scratch), "/dev/"]),
            }
        began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = start(
                [str(part) for part in command],
                cwd=ROOT,
                env=own | dict(environment),
                stdout=log,
                stderr=log,
            )
        while not self.runtime.asked.wait(0.1):
            if self.process.poll() is not None or time.monotonic() - began > 12 * INIT_SECONDS:
                error = self.runtime.init_error
                self.close()
                raise FunctionFailed(f"init: {error}\n{self.told()[-4000:]}")
        self.init_seconds = time.monotonic() - began

    def invoke(self, event: dict[str, Any], seconds: float = 29.0) -> dict[str, Any]:
        """Send one event and return the answer. Raises FunctionFailed."""
        return self.runtime.invoke(event, self.process, seconds)

    def told(self) -> str:
        """Return what it printed, which CloudWatch would keep."""
        return self.log.read_text("utf-8", errors="replace")

    def memory_megabytes(self) -> int:
        """Return what it holds at most."""
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) // 1024
        return 0

    def close(self) -> None:
        """End it."""
        stop(self.process)
        self.runtime.close()


@contextlib.contextmanager
def running(environment: Mapping[str, str], **options: Any) -> Iterator[Function]:
    """Run a container for as long as this block."""
    function = Function(environment, **options)
    try:
        yield function
    except AssertionError:
        print(function.told()[-6000:])
        raise
    finally:
        function.close()
