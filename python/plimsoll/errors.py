"""What can go wrong, in words: every error of this package is a `PlimsollError`."""

from __future__ import annotations

from typing import Any, Dict, List, Optional


class PlimsollError(Exception):
    """Something that was refused or failed: `code` for programs, `message` and `hint` (how to mend it) for people.

    `details` holds what a server sent besides, `status` the HTTP status where there was an answer.
    """

    def __init__(
        self,
        code: str,
        message: str,
        hint: str = "",
        *,
        details: Optional[Any] = None,
        status: Optional[int] = None,
    ) -> None:
        super().__init__(f"{message}\n{hint}" if hint else message)
        self.code = code
        self.message = message
        self.hint = hint
        self.details = details
        self.status = status

    def __reduce__(self) -> Any:
        state: Dict[str, Any] = {"details": self.details, "status": self.status}
        return (type(self), (self.code, self.message, self.hint), state)


class RowError(ValueError):
    """Raised by an inference script for rows that it refuses: the client gets 422 and this text, not a fault of the server."""


class VersionMismatch(UserWarning):
    """A model is loaded under other libraries than it was saved with; `differences` has one line for each."""

    def __init__(self, differences: List[str]) -> None:
        super().__init__(
            f"This model was saved under other versions, and may answer otherwise here: {'; '.join(differences)}. "
            "The pins in its requirements.txt are those that it was saved with."
        )
        self.differences = differences
