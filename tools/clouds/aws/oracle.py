"""Judges values by botocore's own description of a shape, with nothing of this project: {"service", "cases": [[shape, value]]}
on standard input; one list of verdicts (true: fits) on standard output."""
import json
import re
import sys

import botocore.loaders

asked = json.load(sys.stdin)
shapes = botocore.loaders.Loader().load_service_model(asked["service"], "service-2")["shapes"]


def pattern(text):
    text = text.replace("[\\p{Print}]", "[ -~]").replace("\\p{Print}", "[ -~]").replace("\\p{ASCII}", "[\\x00-\\x7f]")
    # Letters, separators and numbers: what is no punctuation, mark, symbol or control.
    text = text.replace("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]", "[\\w \\u00a0.:/=+\\-@]")
    return re.compile(text.replace("\\z", "\\Z").replace("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\U00010000-\\U0010ffff"))


def within(shape, size):
    return shape.get("min", size) <= size <= shape.get("max", size)


def fits(name, value):
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        if not isinstance(value, dict) or any(key not in value for key in shape.get("required", [])):
            return False
        if shape.get("union") and len(value) != 1:
            return False
        return all(key in shape["members"] and fits(shape["members"][key]["shape"], inner) for key, inner in value.items())
    if kind == "list":
        return isinstance(value, list) and within(shape, len(value)) and all(fits(shape["member"]["shape"], item) for item in value)
    if kind == "map":
        return (
            isinstance(value, dict)
            and within(shape, len(value))
            and all(fits(shape["key"]["shape"], key) and fits(shape["value"]["shape"], inner) for key, inner in value.items())
        )
    if kind == "string":
        if not isinstance(value, str) or not within(shape, len(value)):
            return False
        if "enum" in shape and value not in shape["enum"]:
            return False
        return "pattern" not in shape or bool(pattern(shape["pattern"]).fullmatch(value))
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if kind in ("integer", "long") and value != int(value):
        return False
    return kind == "timestamp" or within(shape, value)


print(json.dumps([fits(shape, value) for shape, value in asked["cases"]]))
