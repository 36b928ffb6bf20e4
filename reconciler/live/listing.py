"""Lists, page after page: either every item of every page, or a failure; never a part.

Half a list would make the rest look absent, so one bad page spoils the whole (fact 3.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from reconciler.errors import AzureError
from reconciler.live import failure
from reconciler.live.answer import Answer
from reconciler.live.failure import Failure
from reconciler.live.patience import Patience, ask

MAX_PAGES: Final = 10_000

Item = Mapping[str, Any]


class Getter(Protocol):
    """What reading needs of a gateway."""

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        ...

    def get(
        self, path_or_url: str, params: Mapping[str, str] | None = None, *, api_version: str | None = None
    ) -> Answer:
        """Read an ARM id, or an absolute URL verbatim."""
        ...


def get(
    gateway: Getter,
    path: str,
    params: Mapping[str, str] | None = None,
    *,
    api_version: str | None = None,
    patience: Patience,
    what: str,
) -> Answer | Failure:
    """Ask for one thing, patiently. Any status is an answer; silence is a failure. Raises CredentialError."""
    try:
        return ask(lambda: gateway.get(path, params, api_version=api_version), patience)
    except AzureError as error:
        return failure.of_silence(error, what)


def list_all(
    gateway: Getter,
    path: str,
    params: Mapping[str, str] | None = None,
    *,
    api_version: str | None = None,
    patience: Patience,
    what: str,
    named: bool = True,
) -> list[Item] | Failure:
    """Read a list to its end, following nextLink verbatim; its entries are resources unless not `named`.

    Raises CredentialError.
    """
    items: list[Item] = []
    seen: set[str] = set()
    link: str | None = path
    while link is not None:
        answer = get(gateway, link, params, api_version=api_version, patience=patience, what=what)
        if isinstance(answer, Failure):
            return answer
        if not answer.ok:
            return failure.of_answer(answer, what)
        why = _fault(answer.body, named=named)
        if why:
            return failure.malformed(what, why)
        items += answer.body["value"]
        link, params = answer.body.get("nextLink") or None, None
        if link is not None and (link in seen or len(seen) >= MAX_PAGES):
            return failure.malformed(what, "its pages do not end")
        seen.add(link or "")
    return items


def _fault(body: Any, *, named: bool) -> str:
    """What is wrong with a page; "" if nothing is."""
    if not isinstance(body, Mapping) or not isinstance(body.get("value"), list):
        return "a page without a list in it"
    if named and not all(_named(item) for item in body["value"]):
        return "a page holds an entry without a name"
    link = body.get("nextLink")
    if link and not (isinstance(link, str) and "://" in link):
        return "a page without a readable link to the next"
    return ""


def _named(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(item.get("name")) and isinstance(item["name"], str)
