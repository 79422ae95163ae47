"""Lambda's runtime API on this machine: it gives events to a function and takes what it answers.

Source: "Using the Lambda runtime API for custom runtimes", version 2018-06-01.
"""

import json
import queue
import subprocess
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

VERSION = "/2018-06-01/runtime"
MOST_BYTES = 6 * 1024 * 1024
ARN = "arn:aws:lambda:ap-northeast-2:123456789012:function:madang-dev"


@dataclass
class Invocation:
    """One event on its way through the function."""

    event: dict[str, Any]
    seconds: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    ended: threading.Event = field(default_factory=threading.Event)
    result: Any = None
    error: dict[str, Any] | None = None


class FunctionFailed(Exception):
    """The function answered with an error, or ended."""


class QuietServer(ThreadingHTTPServer):
    """Says nothing of a function that is ended while it waits."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class Runtime:
    """The server that ``AWS_LAMBDA_RUNTIME_API`` names."""

    def __init__(self):
        self.waiting: queue.Queue[Invocation] = queue.Queue()
        self.running: dict[str, Invocation] = {}
        self.init_error: dict[str, Any] | None = None
        self.asked = threading.Event()
        self.server = QuietServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Host and port, as the variable has them."""
        return f"127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def invoke(
        self, event: dict[str, Any], process: subprocess.Popen, seconds: float = 29.0
    ) -> Any:
        """Send one event and return the answer. Raises FunctionFailed."""
        # As on its way through AWS: what is no JSON would not arrive.
        one = Invocation(json.loads(json.dumps(event)), seconds)
        self.waiting.put(one)
        until = time.monotonic() + seconds
        while not one.ended.wait(0.05):
            if process.poll() is not None:
                raise FunctionFailed(f"The function ended with {process.returncode}.")
            if time.monotonic() > until:
                raise FunctionFailed(f"Task timed out after {seconds:.2f} seconds")
        if one.error:
            raise FunctionFailed(json.dumps(one.error, ensure_ascii=False)[:3000])
        return one.result

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        runtime = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                if self.path != f"{VERSION}/invocation/next":
                    return self._say(404, {"errorMessage": "no such path"})
                runtime.asked.set()
                one = runtime.waiting.get()
                runtime.running[one.id] = one
                content = json.dumps(one.event).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Lambda-Runtime-Aws-Request-Id", one.id)
                deadline = int((time.time() + one.seconds) * 1000)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
                self.send_header(
                    "Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"
                )
                self.end_headers()
                self.wfile.write(content)
                return None

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == f"{VERSION}/init/error":
                    runtime.init_error = json.loads(content)
                    return self._say(202, {"status": "OK"})
                parts = self.path.removeprefix(f"{VERSION}/invocation/").split("/")
                one = runtime.running.pop(parts[0], None)
                if one is None or parts[1:] not in (["response"], ["error"]):
                    return self._say(400, {"errorType": "InvalidRequestID"})
                if parts[1] == "error":
                    one.error = json.loads(content)
                elif len(content) > MOST_BYTES:
                    one.error = {"errorType": "Function.ResponseSizeTooLarge"}
                    self._say(413, one.error)
                    one.ended.set()
                    return None
                else:
                    one.result = json.loads(content)
                self._say(202, {"status": "OK"})
                one.ended.set()
                return None

            def _say(self, status: int, told: dict[str, Any]) -> None:
                content = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        return Handler
