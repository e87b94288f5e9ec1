"""The token of a data folder goes to the server of that folder alone."""

from __future__ import annotations

import http.server
import json
import threading

import pytest

import plimsoll
from plimsoll.local import local_token


@pytest.fixture
def data(tmp_path):
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "token").write_text("of-the-folder\n")
    (tmp_path / "server.json").write_text(json.dumps({"url": "http://127.0.0.1:8080"}))
    return tmp_path


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://127.0.0.1:8080", "of-the-folder"),
        ("http://localhost:8080/", "of-the-folder"),
        ("http://127.0.0.1:8081", None),
        ("http://models.example:8080", None),
    ],
)
def test_it_is_for_the_server_of_the_folder(data, url, token):
    assert local_token(str(data), url) == token


def test_a_folder_without_a_server_has_none(tmp_path):
    assert local_token(str(tmp_path), "http://127.0.0.1:8080") is None


def test_it_is_sent_to_the_control_api_and_not_with_predictions(data):
    seen = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def answer(self):
            seen.append((self.path, self.headers.get("authorization")))
            self.rfile.read(int(self.headers.get("content-length") or 0))
            body = json.dumps(
                {"items": [], "predictions": [1], "model": "m", "version": 1, "requestId": "r"}
            ).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    url = f"http://127.0.0.1:{server.server_port}"
    (data / "server.json").write_text(json.dumps({"url": url}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with plimsoll.Client(url, data=str(data)) as client:
            client.models()
            client.predict([[1]])
        with plimsoll.Client(url, "own", data=str(data)) as client:
            client.models()
    finally:
        server.shutdown()
        server.server_close()
    assert seen == [("/api/v1/models", "Bearer of-the-folder"), ("/predict", None), ("/api/v1/models", "Bearer own")]
