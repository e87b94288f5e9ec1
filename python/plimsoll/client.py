"""`plimsoll.Client`: asks a Plimsoll server, over connections that are kept; the standard library alone."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from types import TracebackType
from typing import Any, Dict, List, Mapping, Optional, Sequence, Type, Union

from plimsoll import __version__
from plimsoll.errors import PlimsollError
from plimsoll.local import local_token
from plimsoll.prediction import Prediction
from plimsoll.rows import request_rows

_CONTROL = "/api/"
_ATTEMPTS = 4
_WAIT_LIMIT = 30.0
_ANSWER_LIMIT = 256 * 1024 * 1024


class Client:
    """Predictions, feedback and models of one server. One connection a thread; safe to share between threads.

    `api_key`: sent as a bearer token. Without one, the token of the folder `data` is sent to the control API (feedback,
    models) of the server that runs on that folder. `timeout`: seconds to wait for a connection and for each part of an answer.
    A server that is busy (503) is asked again, three times at most, after the time it names. All that goes wrong is a
    PlimsollError with the server's own code, message and hint.
    """

    def __init__(
        self, url: str, api_key: Optional[str] = None, timeout: float = 30.0, data: str = ".plimsoll"
    ) -> None:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise PlimsollError("URL_INVALID", f'Cannot use "{url}" as a server.', "Write it like http://127.0.0.1:8080.")
        self._parts = parts
        self._prefix = parts.path.rstrip("/")
        self._headers = {"accept": "application/json", "user-agent": f"plimsoll-python/{__version__}"}
        if api_key is not None:
            self._headers["authorization"] = f"Bearer {api_key}"
        self._url = url
        self._data = data
        self._timeout = timeout
        self._local = threading.local()

    def predict(
        self,
        rows: Any,
        model: Optional[str] = None,
        version: Optional[int] = None,
        unit: Optional[str] = None,
    ) -> Prediction:
        """Predictions for a DataFrame, an array, a list of rows, or one row as a dict.

        `model` is needed where the server has several; `version` asks one past the route of the endpoint; `unit` says
        who it is for (a user, a card), so that a rollout gives them the same version every time.
        """
        if version is not None and model is None:
            raise PlimsollError("INPUT_INVALID", "Cannot ask for a version of no model.", "Give model=, too.")
        path = "/predict" if model is None else f"/models/{_quoted(model)}/predict"
        if version is not None:
            path = f"/models/{_quoted(str(model))}/versions/{version}/predict"
        headers = {} if unit is None else {"x-unit-id": unit}
        answer = self._ask("POST", path, {"rows": request_rows(rows)}, headers)
        return Prediction(
            predictions=answer["predictions"],
            probabilities=answer.get("probabilities"),
            model=answer["model"],
            version=answer["version"],
            request_id=answer["requestId"],
        )

    def feedback(
        self,
        endpoint: str,
        *,
        request_id: Optional[str] = None,
        unit: Optional[str] = None,
        label: Union[str, float, bool, None] = None,
        metric: Optional[str] = None,
        value: Optional[float] = None,
        at: Optional[str] = None,
    ) -> int:
        """Tells a label, or the value of a business metric, of a request or a unit; the number of items accepted.

        `at`: ISO 8601, now if not given.
        """
        given = {
            "endpoint": endpoint,
            "requestId": request_id,
            "unit": unit,
            "label": label,
            "metric": metric,
            "value": value,
            "time": at,
        }
        return self.feedback_all([{key: item for key, item in given.items() if item is not None}])

    def feedback_all(self, items: Sequence[Mapping[str, Any]]) -> int:
        """As `feedback`, many at once, with the fields of the HTTP interface; at most 10,000."""
        return int(self._ask("POST", "/api/v1/feedback", list(items))["accepted"])

    def models(self) -> List[Dict[str, Any]]:
        """Every model, with its newest version and its aliases."""
        found: List[Dict[str, Any]] = []
        cursor: Optional[str] = None
        while True:
            query = "" if cursor is None else "?" + urllib.parse.urlencode({"cursor": cursor})
            page = self._ask("GET", f"/api/v1/models{query}")
            found += page["items"]
            cursor = page.get("next")
            if not cursor:
                return found

    def version(self, model: str, version: int) -> Dict[str, Any]:
        """What the server knows of one version: state, signature, proof, …"""
        found: Dict[str, Any] = self._ask("GET", f"/api/v1/models/{_quoted(model)}/versions/{version}")
        return found

    def close(self) -> None:
        """Closes this thread's connection; the next question opens one."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.close()

    def _ask(self, method: str, path: str, body: Any = None, headers: Optional[Mapping[str, str]] = None) -> Any:
        sent = None if body is None else json.dumps(body, allow_nan=False).encode("utf-8")
        given = {**self._headers, **(headers or {})}
        if sent is not None:
            given["content-type"] = "application/json"
        if path.startswith(_CONTROL) and "authorization" not in given:
            # Looked up each time: a server that was started again may lie elsewhere.
            token = local_token(self._data, self._url)
            if token is not None:
                given["authorization"] = f"Bearer {token}"
        for attempt in range(1, _ATTEMPTS + 1):
            status, content, wait = self._send(method, self._prefix + path, sent, given)
            if status != 503 or attempt == _ATTEMPTS:
                break
            time.sleep(min(_WAIT_LIMIT, wait))
        answer = _parsed(status, content)
        if status >= 400:
            raise _error_of(status, answer)
        return answer

    def _send(self, method: str, path: str, body: Optional[bytes], headers: Mapping[str, str]) -> Any:
        """One exchange. A kept connection may have been closed by the server meanwhile: then a new one is tried, once."""
        while True:
            kept = getattr(self._local, "connection", None)
            connection = kept if kept is not None else self._connect()
            try:
                connection.request(method, path, body=body, headers=dict(headers))
                response = connection.getresponse()
                content = response.read(_ANSWER_LIMIT + 1)
                if len(content) > _ANSWER_LIMIT:
                    raise http.client.HTTPException(f"the answer is longer than {_ANSWER_LIMIT} bytes")
                if response.will_close:
                    self.close()
                return response.status, content, _seconds(response.getheader("retry-after"))
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as error:
                self.close()
                if kept is None:
                    raise self._unreachable(error) from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise self._unreachable(error) from error

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(str(self._parts.hostname), self._parts.port, timeout=self._timeout)
        self._local.connection = connection
        return connection

    def _unreachable(self, error: Exception) -> PlimsollError:
        return PlimsollError(
            "SERVER_UNREACHABLE",
            f"Cannot get an answer from {self._parts.scheme}://{self._parts.netloc}: {error or type(error).__name__}.",
            "See that `plimsoll serve` runs there, and that timeout= is long enough for the rows.",
        )


def _quoted(name: str) -> str:
    return urllib.parse.quote(name, safe="")


def _seconds(text: Optional[str]) -> float:
    try:
        return max(0.0, float(text)) if text else 1.0
    except ValueError:
        return 1.0


def _parsed(status: int, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise PlimsollError(
            "ANSWER_INVALID",
            f"Cannot read the answer ({status}): it is no JSON.",
            "See that the address is that of a Plimsoll server, not of something before it.",
            status=status,
        ) from error


def _error_of(status: int, answer: Any) -> PlimsollError:
    """The server's error as it says it itself; a 422 lists every cell that it refuses."""
    body = answer if isinstance(answer, dict) else {}
    error = body.get("error")
    if isinstance(error, dict) and "code" in error:
        return PlimsollError(
            str(error["code"]), str(error.get("message", "")), str(error.get("hint", "")), details=error.get("details"), status=status
        )
    detail = body.get("detail")
    if isinstance(detail, list) and detail:
        first = detail[0]
        place = ".".join(str(part) for part in first.get("loc", ())[1:])
        more = f" (and {len(detail) - 1} more)" if len(detail) > 1 else ""
        return PlimsollError(
            "INPUT_INVALID", f"{place}: {first.get('msg')}{more}", "See details for every place.", details=detail, status=status
        )
    return PlimsollError("ANSWER_INVALID", f"The server answered {status}: {str(answer)[:200]}.", status=status)
