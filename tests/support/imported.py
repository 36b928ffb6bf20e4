"""Imports all of the program and the libraries that it imports late: what a process is forked from, see `launched`."""

from __future__ import annotations

import importlib
import pkgutil

import reconciler

LATE = (
    *("azure.core", "azure.identity", "azure.mgmt.authorization.v2022_04_01", "azure.mgmt.compute.operations"),
    *("deepdiff", "jsonschema", "sqlalchemy.dialects.sqlite", "structlog", "rich.live", "uvicorn", "jwt", "yaml"),
)

for _found in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
    if not _found.name.endswith("__main__"):
        importlib.import_module(_found.name)
for _name in LATE:
    importlib.import_module(_name)
