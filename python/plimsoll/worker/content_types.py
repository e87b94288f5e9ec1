"""Whether a script refuses a content type, or only these rows: the one is to be tried in another, the other is not."""

from __future__ import annotations

import linecache
import re
import traceback

# What scripts say, and the names of the errors of SageMaker's toolkits and of web frameworks.
_SAID = re.compile(r"(content|media|mime)[\s_-]*type|unsupported[\s_-]*(type|format|input)|accept header", re.IGNORECASE)
_NAMES = re.compile(r"Unsupported(Format|MediaType|ContentType)|NotImplementedError")
_COMPARED = re.compile(r"(content|request|input|media|mime)_?type|application/|text/", re.IGNORECASE)


def is_refused(error: BaseException, kind: str) -> bool:
    """Whether the exception speaks of the type, or is an assertion about it."""
    is_named = "/" in kind and kind in str(error).lower()
    if is_named or _NAMES.search(type(error).__name__) or _SAID.search(str(error)):
        return True
    return isinstance(error, AssertionError) and bool(_COMPARED.search(_line_of(error)))


def _line_of(error: BaseException) -> str:
    """The line that raised it."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return linecache.getline(frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else ""
