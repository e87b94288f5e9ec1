"""What needs no library: runs on the oldest Python, in an environment that has nothing but pytest."""

from __future__ import annotations

import ast
import collections
import json
import pickle
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import plimsoll
from plimsoll import PlimsollError
from plimsoll.distributions import _by_module, exact_lines, normalised, pins_of
from plimsoll.golden import differences
from plimsoll.modules import imports_in, is_standard
from plimsoll.pickled import globals_in, globals_of

HOME = str(Path(plimsoll.__file__).parents[1])


def test_importing_the_package_imports_nothing_of_it():
    text = (
        f"import sys; sys.path.insert(0, {HOME!r}); import plimsoll.worker; "
        "print(sorted(name for name in sys.modules if name.startswith('plimsoll')))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == ["plimsoll", "plimsoll.worker"]


def version_in(folder):
    text = f"import sys; sys.path.insert(0, {str(folder)!r}); import plimsoll; print(plimsoll.__version__)"
    return subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, text=True, check=True).stdout.strip()


def test_the_version_is_the_programs():
    program = json.loads((Path(HOME).parent / "package.json").read_text(encoding="utf-8"))
    assert version_in(HOME) == plimsoll.__version__ == program["version"]


def test_a_bare_copy_says_no_version_and_takes_none_of_another_package(tmp_path):
    home = tmp_path / "python"
    shutil.copytree(Path(HOME) / "plimsoll", home / "plimsoll")
    assert version_in(home) == "0+unknown"
    for text in ('{"name": "another", "version": "7.0.0"}', '{"name": "plimsoll"}', "[1]", "{"):
        (tmp_path / "package.json").write_text(text, encoding="utf-8")
        assert version_in(home) == "0+unknown"


def test_what_needs_this_package_is_pinned_without_it(tmp_path, monkeypatch):
    def install(name, version, requires, more):
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
        for file, text in {"METADATA": metadata, "RECORD": f"{name}.py,,\n", **more}.items():
            (info / file).write_text(text, encoding="utf-8")

    install("needs_it", "1.0", "Requires-Dist: plimsoll-ml\n", {})
    url = "http://127.0.0.1:8080/clients/python/plimsoll_ml-0.1.0-py3-none-any.whl"
    install("plimsoll_ml", "0.1.0", "", {"direct_url.json": json.dumps({"url": url, "archive_info": {}})})
    monkeypatch.syspath_prepend(str(tmp_path))
    _by_module.cache_clear()
    try:
        assert pins_of(["needs_it"]) == (["needs-it==1.0"], [])
    finally:
        _by_module.cache_clear()


def test_every_public_name_is_there():
    assert all(getattr(plimsoll, name) is not None for name in plimsoll.__all__)
    assert set(plimsoll.__all__) <= set(dir(plimsoll))
    with pytest.raises(AttributeError):
        plimsoll.no_such_name


@pytest.mark.parametrize("protocol", range(6))
def test_globals_are_found_in_pickles_of_every_protocol(protocol):
    value = [collections.OrderedDict(a=collections.Counter("aab")), collections.Counter, collections.deque]
    found = globals_in(pickle.dumps(value, protocol=protocol))
    assert {("collections", "OrderedDict"), ("collections", "Counter"), ("collections", "deque")} <= found


def test_globals_that_come_again_by_the_memo_are_found():
    names = [collections.Counter, "collections", "Counter", collections.Counter, collections.deque, collections.Counter]
    assert globals_of(names) == {("collections", "Counter"), ("collections", "deque")}


def test_what_cannot_be_pickled_is_refused():
    with pytest.raises(PlimsollError) as caught:
        globals_of({"lock": threading.Lock()})
    assert caught.value.code == "MODEL_UNSUPPORTED" and caught.value.hint


def test_imports_are_read_also_relative_ones():
    tree = ast.parse("import a.b\nfrom c import d\nfrom . import e\nfrom ..f import g\ntry:\n import h\nexcept E: pass")
    assert set(imports_in(tree, "p.q")) == {"a.b", "c", "c.d", "p.q", "p.q.e", "p.f", "p.f.g", "h"}


def test_what_is_of_the_standard_library_is_known():
    assert all(map(is_standard, ["os", "json", "sys", "_struct", "encodings", "collections"]))
    assert not is_standard("pytest") and not is_standard("plimsoll") and not is_standard("no_such_module")


def test_pins_follow_what_is_needed_where_its_marker_holds():
    lines, notes = pins_of(["pytest"])
    names = [line.split("==")[0] for line in lines]
    assert {"pytest", "iniconfig", "pluggy", "packaging"} <= set(names)
    assert "colorama" not in names and notes == []
    # Only old Pythons lack tomllib and ExceptionGroup.
    assert ("tomli" in names) == (sys.version_info < (3, 11))


def test_names_are_compared_as_indexes_do():
    assert normalised("Scikit_Learn") == normalised("scikit.learn") == "scikit-learn"


@pytest.mark.parametrize("line", ["a>=1", "a", "a==1.*", "a @ https://x.org/a.whl", "-e .", "git+https://x.org/a", "a==1,<2"])
def test_a_requirement_without_an_exact_version_is_refused(line):
    with pytest.raises(PlimsollError, match="exact"):
        exact_lines([line])


def test_this_package_is_no_requirement_however_pip_lists_it():
    address = "http://127.0.0.1:8080/clients/python/plimsoll_ml-0.1.0-py3-none-any.whl"
    given = [f"plimsoll-ml @ {address}", "Plimsoll_ML==0.1.0", "a==1.0", "plimsoll-ml-more==1.0"]
    assert exact_lines(given) == ["a==1.0", "plimsoll-ml-more==1.0"]


def test_exact_requirements_are_taken_as_they_are():
    given = ["b[x]==1!2.0+cpu ; python_version > '3'", "", "# no", "a == 1.0rc1  # why"]
    assert exact_lines(given) == ["a == 1.0rc1", "b[x]==1!2.0+cpu ; python_version > '3'"]


def test_differences_name_the_cell():
    golden = {"expected": {"p": [[1.0, "Infinity"], [None, 2]], "q": ["a", True]}, "tolerance": {"rtol": 0, "atol": 0.1}}
    assert differences({"p": [[1.05, "Infinity"], [None, 2]], "q": ["a", True]}, golden) == []
    assert differences({"p": [[1.2, "Infinity"], [0, 2]], "q": ["b", 1]}, golden) == [
        "p[0][0]: 1.2, expected 1.0",
        "p[1][0]: 0, expected None",
        "q[0]: 'b', expected 'a'",
        "q[1]: 1, expected True",
    ]
    assert differences({"p": [[1.0]]}, golden)[0] == "p: 1 values, 2 expected"


class Answers(BaseHTTPRequestHandler):
    """Fails as a busy server does, twice, then answers; closes each kept connection after that."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append(self.client_address)
        busy = len(self.server.asked) <= self.server.busy
        body = json.dumps(
            {"error": {"code": "OVERLOADED", "message": "Busy", "hint": "Later"}}
            if busy
            else {"predictions": [1], "model": "m", "version": 2, "requestId": "r"}
        ).encode()
        self.send_response(503 if busy else 200)
        self.send_header("content-length", str(len(body)))
        self.send_header("retry-after", "0")
        self.end_headers()
        self.wfile.write(body)
        # Unannounced, as a server does that has waited long enough.
        self.close_connection = not busy

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    found = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    found.asked, found.busy = [], 0
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def client_of(server):
    return plimsoll.Client(f"http://127.0.0.1:{server.server_port}", timeout=10)


def test_a_busy_server_is_asked_again_over_the_same_connection(server):
    server.busy = 2
    with client_of(server) as client:
        assert client.predict({"a": 1}).predictions == [1]
    assert len(server.asked) == 3 and len(set(server.asked)) == 1


def test_a_server_that_stays_busy_is_an_error_with_its_own_words(server):
    server.busy = 99
    with client_of(server) as client, pytest.raises(PlimsollError) as caught:
        client.predict([[1]])
    assert (caught.value.code, caught.value.message, caught.value.hint, caught.value.status) == ("OVERLOADED", "Busy", "Later", 503)
    assert len(server.asked) == 4


def test_a_kept_connection_that_was_closed_meanwhile_is_opened_anew(server):
    with client_of(server) as client:
        assert [client.predict([[1]]).version for _ in range(3)] == [2, 2, 2]


def test_no_server_is_an_error_in_words():
    with pytest.raises(PlimsollError) as caught:
        plimsoll.Client("http://127.0.0.1:9", timeout=5).predict([[1]])
    assert caught.value.code == "SERVER_UNREACHABLE" and "plimsoll serve" in caught.value.hint


def test_an_error_can_be_pickled_with_all_that_it_says():
    again = pickle.loads(pickle.dumps(PlimsollError("A", "b", "c", details=[1], status=422)))
    assert (again.code, again.message, again.hint, again.details, again.status) == ("A", "b", "c", [1], 422)
