"""What will be there once a plan is carried out: live state with the writes of the plan laid over it.

One value for everybody who asks what a plan leads to. What is refused is no action any more and so stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.kinds.canonical import live as canonical
from reconciler.kinds.canonical import unwrap
from reconciler.kinds.registry import rules_of
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Verb
from reconciler.model.state import LiveResource, LiveState, Unread

SUCCEEDED = "Succeeded"
KEEPING = frozenset({Verb.UPDATE, Verb.ADOPT, Verb.ABANDON})
UNTOLD = frozenset({Verb.NOOP, Verb.SHARE})


@dataclass(frozen=True, slots=True)
class Afterwards:
    """Live resources as they are, and what becomes of those the plan touches: None where it removes them.

    `made` are those made anew, in place of what is there or of nothing. `restored` come back from the recycle bin,
    which knows their home region and nothing else. `unread` is what nobody can speak of. Access is left out: nobody
    counts it.
    """

    live: Mapping[Address, LiveResource]
    touched: Mapping[Address, LiveResource | None]
    made: frozenset[Address] = frozenset()
    unread: tuple[Unread, ...] = ()
    restored: frozenset[Address] = frozenset()

    def pairs(self, kind: Kind) -> Iterator[tuple[Address, LiveResource | None, LiveResource | None]]:
        """What the plan touches of a kind: the address, what is there before and what after."""
        for address, after in self.touched.items():
            if address.kind is kind:
                yield address, self.live.get(address), after

    def stored(self) -> Iterator[tuple[Address, LiveResource | None, LiveResource | None]]:
        """The versions touched whose replicas are known: of a restored one nobody knows how many come back."""
        return (pair for pair in self.pairs(Kind.IMAGE_VERSION) if pair[0] not in self.restored)


def afterwards(live: LiveState, actions: Iterable[Action]) -> Afterwards:
    """Lay actions over live resources, in the order in which they are carried out."""
    touched: dict[Address, LiveResource | None] = {}
    made: set[Address] = set()
    restored: set[Address] = set()
    for action in actions:
        if action.address.access is not None or action.verb in UNTOLD:
            continue
        before = live.resources.get(action.address)
        if action.verb is Verb.RESTORE:
            restored.add(action.address)
            touched[action.address] = _restored(action)
        elif action.verb is not Verb.WAIT:
            touched[action.address] = _written(action, before)
            made |= {action.address} if action.body is not None and action.verb not in KEEPING else set()
        elif before is not None:
            touched[action.address] = _settled(before)
    return Afterwards(live.resources, touched, frozenset(made), live.unread, frozenset(restored))


def _written(action: Action, before: LiveResource | None) -> LiveResource | None:
    """What a write leaves. What only Azure knows, such as sizes, outlives an update and nothing else."""
    if action.body is None:
        return None
    body = canonical(rules_of(action.address.kind).shape, unwrap(action.body))
    known = before.read_only if before is not None and action.verb in KEEPING else {}
    return LiveResource(action.address, body, action.resource_id, SUCCEEDED, known)


def _restored(action: Action) -> LiveResource:
    """What is known of a version that comes back: where its home is, and that it is one (fact 2.4/30)."""
    home = (action.body or {}).get("location") or ""
    return LiveResource(action.address, {"location": home}, action.resource_id, SUCCEEDED)


def _settled(before: LiveResource) -> LiveResource | None:
    """What is left of a resource when the operation on it has ended well (fact 3.3)."""
    return None if before.state == "Deleting" else replace(before, state=SUCCEEDED)
