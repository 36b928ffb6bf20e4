"""Lists and their pages: what follows what, where the next page is, how ids read in a list.

Pages continue after the last key seen, so one that is read while things come and go neither repeats
nor loses what stayed. A LIST writes the resource group in upper case (3.8/17) and takes no $expand.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from reconciler.emulator.answers import JSON_TYPE, Answer, ArmError, compact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.emulator.records import JSON, Resource, Row
    from reconciler.emulator.world import Call

_GROUP = re.compile(r"(?<=/resourceGroups/)[^/]+", re.IGNORECASE | re.ASCII)


def after(call: Call) -> str:
    """Read from $skiptoken the key that this page follows; empty for the first page."""
    token = call.query.get("$skiptoken", "")
    try:
        return base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise ArmError(400, "InvalidSkipToken", f"The skip token '{token}' is invalid.") from error


def next_link(call: Call, last: str) -> str:
    """Build the address of the page after a key, with the query of this one."""
    token = base64.urlsafe_b64encode(last.encode()).decode()
    kept = {name: value for name, value in call.query.items() if name != "$skiptoken"}
    return f"{call.origin}{quote(call.path)}?{urlencode(kept | {'$skiptoken': token}, safe='$=')}"


def page(
    call: Call,
    found: Sequence[Row],
    show: Callable[[Resource, str, str], JSON],
    *,
    as_created: bool = False,
    remembered: bool = True,
) -> Answer:
    """Answer one page out of up to page_size + 1 resources in key order; items of a second form are not remembered."""
    shown = found[: call.settings.page_size]
    upper = call.doubts.list_group_case == "upper" and not as_created
    moment = seen_at(call)
    items = (_item(call, row, show, moment, upper=upper, remembered=remembered) for row in shown)
    content = b'{"value":[' + b",".join(items) + b"]"
    if len(found) > len(shown):
        content += b',"nextLink":' + compact(next_link(call, shown[-1].key))
    headers = {"Content-Type": JSON_TYPE, "x-ms-original-request-ids": call.request_id}
    return Answer(200, content + b"}", headers)


def _item(
    call: Call,
    row: Row,
    show: Callable[[Resource, str, str], JSON],
    moment: float,
    *,
    upper: bool,
    remembered: bool,
) -> bytes:
    settled = remembered and moment >= row.ends
    slot = (row.key, row.revision, call.api_version)
    kept = call.world.rendered.get(slot) if settled else None
    if kept is not None:
        return kept
    resource = row.resource()
    body = show(resource, resource.provisioning(moment), call.api_version)
    if upper:
        body["id"] = _GROUP.sub(lambda match: match[0].upper(), body["id"], count=1)
    content = compact(body)
    if settled:
        _remember(call, slot, content)
    return content


def _remember(call: Call, slot: tuple[str, int, str], content: bytes) -> None:
    if len(call.world.rendered) > 50_000:  # noqa: PLR2004 - bounds memory, nothing depends on the figure
        call.world.rendered.clear()
    call.world.rendered[slot] = content


def seen_at(call: Call) -> float:
    """Give the moment whose state a list shows: now, or earlier where lists lag behind (3.7)."""
    return call.now - call.settings.scaled(sum(fault.seconds for fault in call.world.faults.standing("list_lags")))


def born_by(call: Call) -> float:
    """Give the moment after which nothing that was made shows; clocks may be set back, so that is never now."""
    return seen_at(call) if call.world.faults.standing("list_lags") else math.inf


def within(call: Call, moment: float, born: float = math.inf) -> list[Row]:
    """Find one page, and one more, of the target's kind right below its parent, or in the whole subscription."""
    assert call.target.kind is not None
    size = call.settings.page_size + 1
    if call.target.group:
        return call.store.children(call.target.kind, call.target.scope.lower(), moment, after(call), size, born=born)
    return call.store.in_subscription(call.target.kind, call.target.subscription, moment, after(call), size, born=born)


def answer(call: Call, show: Callable[[Resource, str, str], JSON]) -> Answer:
    """List galleries, definitions or versions as far as lists know of them."""
    return page(call, within(call, seen_at(call), born_by(call)), show)
