"""One write to Azure as it is recorded: what was about to be sent and why, what came back, what became of it.

It is what an audit asks for, and what a later run needs to find again an operation that outlived its process.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.plan import Verb


@dataclass(frozen=True, slots=True)
class Write:
    """A write before it is sent. `id` is the client request id that Azure's support can look for.

    `before` and `after` are 16 hex digits over what was live and what is sent, "" where there is nothing.
    """

    id: str
    address: Address
    verb: Verb
    method: str
    why: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back: status 0 where nothing did; Azure's ids, and where to ask about the operation it started.

    `operation` is a signed address (fact 3.2/2): to be followed, never to be shown.
    """

    status: int
    code: str = ""
    request_id: str = ""
    correlation_id: str = ""
    operation: str = ""
