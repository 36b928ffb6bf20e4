"""A failed action gets the words of the one case that fits, or the command that lists them all."""

from __future__ import annotations

import pytest

from reconciler.live.catalogue.advice import advice
from reconciler.live.catalogue.registry import ERROR_CODES


@pytest.mark.parametrize(
    ("code", "message", "grant", "words"),
    [
        ("ScopeLocked", "", "", "have the lock's owner remove it, or"),
        ("scopelocked", "", "grant", "revoking is a delete too"),
        ("AuthorizationFailed", "", "", "Compute Gallery Artifacts Publisher"),
        ("AuthorizationFailed", "", "grant", "Role Based Access Control Administrator"),
        ("InvalidParameter", "Please check source exists, and is in", "", "does the source exist"),
        ("InvalidParameter", "something odd", "", "`reconciler explain InvalidParameter` lists the cases"),
        ("CannotDeleteResource", "", "", "delete what is named in the message first"),
        ("Conflict", "the name is not unique", "", "choose another name"),
        ("MissingSubscriptionRegistration", "", "", "register the resource provider"),
        ("NobodyKnowsThis", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_the_advice_fits_the_case(code: str, message: str, grant: str, words: str) -> None:
    found = advice(code, message, grant=bool(grant))

    assert words in found
    assert bool(found) is bool(words)


def test_every_known_code_has_some_advice() -> None:
    assert [code.name for code in ERROR_CODES.values() if not advice(code.name)] == []
    assert [code.name for code in ERROR_CODES.values() if "as above" in advice(code.name, grant=True)] == []
