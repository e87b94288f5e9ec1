"""Bodies as clients send them and answers as a script writes them: what SageMaker's toolkits do around its functions.

https://github.com/aws/sagemaker-inference-toolkit/blob/master/src/sagemaker_inference/transformer.py
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Callable, NamedTuple, Union

from plimsoll.worker import bodies, content_types
from plimsoll.worker.failures import FormRefused, OutputError, RowsRefused

# What the toolkit decodes; everything else comes as bytes.
_UTF8_TYPES = (bodies.JSON, bodies.CSV)
# What a header can hold.
_MEDIA_TYPE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?")


class Body(NamedTuple):
    content: Union[str, bytes]
    content_type: str


class Written(NamedTuple):
    """An answer as it goes to the client."""

    content: bytes
    content_type: str


def body_given(content: memoryview, content_type: str) -> Body:
    """A client's body as the toolkit hands it over: text of JSON and CSV, else bytes. Raises `RowsRefused`."""
    if _first(content_type) not in _UTF8_TYPES:
        return Body(bytes(content), content_type)
    try:
        return Body(str(content, "utf-8"), content_type)
    except UnicodeDecodeError:
        raise RowsRefused(f"the body is no {content_type} in UTF-8") from None


def written(answer: Any, accept: str) -> Written:
    """
    What `output_fn` or `transform_fn` answers: a body, alone or with its content type, or a response of the older toolkit.
    Raises `OutputError`.
    """
    content_type = _accepted(accept)
    if isinstance(answer, tuple) and len(answer) >= 2:
        answer, content_type = answer[0], answer[1]
    elif callable(getattr(answer, "get_data", None)) and hasattr(answer, "mimetype"):
        answer, content_type = answer.get_data(), answer.mimetype or content_type
    if not isinstance(content_type, str) or not _MEDIA_TYPE.fullmatch(content_type):
        raise OutputError(f"the script answers with the content type {content_type!r}")
    return Written(_content(answer), content_type)


def _first(types: str) -> str:
    """The first media type of a header, without its parameters."""
    return re.split("[,;]", types, maxsplit=1)[0].strip().lower()


def _accepted(accept: str) -> str:
    """The type of an answer that does not say: the one that is accepted first, where that names one."""
    is_one = "," not in accept and ";q=" not in accept.replace(" ", "").lower()
    found = accept if is_one else _first(accept)
    return found if _MEDIA_TYPE.fullmatch(found) and "*" not in found else bodies.JSON


def _content(answer: Any) -> bytes:
    if isinstance(answer, (bytes, bytearray, memoryview)):
        return bytes(answer)
    if answer is None:
        raise OutputError("the script answers None")
    try:
        # The model server of the toolkit makes JSON of what is no text.
        return (answer if isinstance(answer, str) else _json_of(answer)).encode()
    except (TypeError, ValueError) as error:
        raise OutputError(f"the script answers {type(answer).__name__}, where text or bytes are wanted: {error}") from error


def _json_of(answer: Any) -> str:
    """JSON, which has no word for NaN and infinity (RFC 8259, section 6): null and texts, as at every other door."""
    try:
        return json.dumps(answer, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(answer), allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    if isinstance(value, dict):
        return {key: _finite(held) for key, held in value.items()}
    return [_finite(held) for held in value] if isinstance(value, (list, tuple)) else value


def reading(read: Callable[[], Any], content_type: str, refuses_rows: bool = True) -> Any:
    """
    What the script makes of a body. Raises `FormRefused` where it does not take the content type, `RowsRefused` where it
    refuses rows by a ValueError, and what else it raises.
    """
    try:
        found = read()
    except Exception as error:
        if content_types.is_refused(error, _first(content_type)):
            raise FormRefused("content-type") from error
        if refuses_rows and isinstance(error, ValueError):
            raise RowsRefused(str(error)) from error
        raise
    if found is None and refuses_rows:
        # An `if content_type == …` without an else ends so.
        raise FormRefused("content-type", "input_fn answers None")
    return found


def writing(write: Callable[[], Any], accept: str) -> Written:
    """What `output_fn` makes of an answer. Raises `FormRefused` where it does not give what is accepted."""
    try:
        return written(write(), accept)
    except OutputError:
        raise
    except Exception as error:
        if content_types.is_refused(error, _first(accept)):
            raise FormRefused("accept") from error
        raise


def rows_of(data: Any, answer: Any) -> int:
    """How many rows were read from a body, by what was made of it, else by what was answered."""
    for value in (data, answer):
        shape = getattr(value, "shape", None)
        if shape:
            return int(shape[0])
        if isinstance(value, dict) and value:
            return rows_of(next(iter(value.values())), None)
        if isinstance(value, (list, tuple)):
            return len(value)
    return 1
