"""Holds a document of CycloneDX to the published schema of its version; prints what is wrong and ends with 1."""

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(file.read())
if problem is not None:
    print(problem)
    sys.exit(1)
