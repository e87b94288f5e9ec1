"""Modules of torch in each form in which it writes them, inside of the sandbox. It is not in the lock of the other tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent)]

from worker import Worker  # noqa: E402

pytestmark = pytest.mark.heavy
torch = pytest.importorskip("torch")
numpy = pytest.importorskip("numpy")

from plimsoll.worker.values import Matrix, Tensor, Tensors  # noqa: E402

NET = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.drop, self.last = torch.nn.Linear(4, 16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 3)
    def forward(self, rows):
        return self.last(self.drop(torch.relu(self.first(rows))))
"""
ROWS = numpy.random.default_rng(1).random((5, 4)).astype("float32")


@pytest.mark.parametrize("form", ["module.pt", "script.pt", "program.pt2"])
def test_a_module_answers_alike_in_each_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    (tmp_path / "root" / "code").mkdir(parents=True)
    (tmp_path / "scratch").mkdir()
    (tmp_path / "root" / "code" / "net_of_tests.py").write_text(NET)
    monkeypatch.syspath_prepend(str(tmp_path / "root" / "code"))
    monkeypatch.delitem(sys.modules, "net_of_tests", raising=False)
    net = __import__("net_of_tests").Net().eval()
    path = tmp_path / "root" / form
    if form == "module.pt":
        torch.save(net, path)
    elif form == "script.pt":
        torch.jit.save(torch.jit.script(net), str(path))
    else:
        shapes = ({0: torch.export.Dim("rows")},)
        torch.export.save(torch.export.export(net, (torch.zeros(3, 4),), dynamic_shapes=shapes), path)
    code = [str(tmp_path / "root" / "code")] if form == "module.pt" else []
    worker = Worker(tmp_path / "root", tmp_path / "scratch", model=str(path), code=code)
    assert worker.first["kind"] == "ready", worker.first["traceback"]
    assert worker.first["described"]["call"] == {"container": "tensors", "dtype": "float32"}
    with torch.no_grad():
        own = net(torch.from_numpy(ROWS)).numpy()
    for batch in (Tensors(5, [Tensor("input", "float32", (5, 4), ROWS)]), Matrix(5, 4, None, ROWS.astype("float64"))):
        found = worker.infer(batch)
        assert numpy.allclose(found["output"].data, own, atol=1e-6), found
    worker.close()
