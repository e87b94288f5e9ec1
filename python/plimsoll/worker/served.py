"""What every form of a version offers the loop that answers messages, and what it says about itself."""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Union

from plimsoll.worker.raw import Body, Written
from plimsoll.worker.values import Batch, Parts


class Described(NamedTuple):
    """`Described` of messages.ts; None where the model does not know."""

    form: str
    class_: Optional[str] = None
    inputs: Optional[Dict[str, Any]] = None
    call: Optional[Dict[str, Any]] = None
    outputs: Optional[List[str]] = None
    classes: Optional[List[Any]] = None
    # Whether a body is read, and an answer is written, by the version's own code: `{"input", "output"}`.
    raw: Optional[Dict[str, bool]] = None

    def message(self) -> Dict[str, Any]:
        found = self._asdict()
        found["class"] = found.pop("class_")
        return found


class Served:
    """One loaded version. Methods raise whatever the model's or the user's code raises."""

    described: Described

    def infer(self, batch: Batch) -> Dict[str, Parts]:
        raise NotImplementedError(f"a version of form {self.described.form} has no infer")

    def before(self, batch: Batch) -> Batch:
        raise NotImplementedError(f"a version of form {self.described.form} has no before")

    def invoke(self, given: Union[Body, Batch], accept: Optional[str]) -> Union[Written, Dict[str, Parts]]:
        """A body or rows → an answer as it is accepted, or outputs where nothing is."""
        raise NotImplementedError(f"a version of form {self.described.form} has no invoke")

    def read(self, body: Body) -> Batch:
        raise NotImplementedError(f"a version of form {self.described.form} has no read")

    def write(self, outputs: Dict[str, Parts], accept: str) -> Written:
        raise NotImplementedError(f"a version of form {self.described.form} has no write")

    def after(self, outputs: Dict[str, Parts], rows: int) -> Dict[str, Parts]:
        raise NotImplementedError(f"a version of form {self.described.form} has no after")
