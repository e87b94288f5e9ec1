"""Holds objects of Kubernetes against the published schemas, strict about fields that are none.

Reads a JSON list of {"release", "object"}, writes a JSON list of what is wrong with each (an empty text where nothing is).
Usage: validate.py SCHEMAS < objects.json
"""

import json
import pathlib
import sys

import jsonschema
import kubernetes_validate


def check(thing, schemas, release):
    key = (thing.get("apiVersion"), thing.get("kind"))
    if key in schemas:
        errors = schemas[key].iter_errors(thing)
        return "; ".join(f"{'.'.join(map(str, e.absolute_path))}: {e.message[:300]}" for e in errors)
    try:
        kubernetes_validate.validate(thing, release, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message[:300]}"
    except Exception as error:  # a kind that no schema knows
        return f"{type(error).__name__}: {error}"
    return ""


def main():
    (folder,) = sys.argv[1:]
    schemas = {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        found = json.loads(path.read_text())
        key = (f"{found['group']}/{found['version']}", found["kind"])
        schemas[key] = jsonschema.Draft202012Validator(found["schema"])
    json.dump([check(one["object"], schemas, one["release"]) for one in json.load(sys.stdin)], sys.stdout)


main()
