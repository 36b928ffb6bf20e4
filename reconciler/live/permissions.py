"""What this sign-in may do, asked of Azure before the first write: rights, locks, sources, all at the same time.

It is advice, not proof: whatever cannot be read comes back as unknown with its reason and stops nothing. A right is
looked for from the group downwards, because a role may have been granted on one gallery alone (fact 5/31).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from reconciler.live.crew import Crew
from reconciler.live.evidence import look_at
from reconciler.live.failure import Failure, malformed
from reconciler.live.listing import Getter, list_all
from reconciler.live.locks import locks_at
from reconciler.live.patience import Patience
from reconciler.live.single import AUTHORIZATION
from reconciler.model.address import Scope
from reconciler.model.checks import Asked, Found, Granted, Lock, Need
from reconciler.model.evidence import Seen

MOST_SCOPES: Final = 200
MOST_SOURCES: Final = 200
WHAT: Final = "reading what this sign-in may do"
TOO_MANY: Final = f"more than {MOST_SCOPES} places to ask at"


def look_ahead(gateway: Getter, asked: Asked, patience: Patience, *, workers: int = 16) -> Found:
    """Look everything up, as many at a time as there are workers. Raises CredentialError.

    Beyond 200 scopes and 200 sources nothing is asked.
    """
    with Crew(workers) as crew:
        rights, locks = _Rights(crew, gateway, patience), _Locks(crew, gateway, patience)
        sources: dict[str, Seen] = {}
        rights.look(list(asked.needs), 0)
        locks.look(asked.groups)
        for source in asked.sources[:MOST_SOURCES]:
            crew.ask(partial(look_at, gateway, source, patience), partial(sources.__setitem__, source.lower()))
        crew.run()
    return Found(frozenset(rights.lacking), rights.unknown, tuple(sorted(locks.seen, key=str)), locks.unseen, sources)


def permissions_at(gateway: Getter, scope: str, patience: Patience) -> tuple[Granted, ...] | Failure:
    """Everything this sign-in may do at an ARM id, roles from above included (fact 5/31). Raises CredentialError."""
    path = f"{scope}/providers/Microsoft.Authorization/permissions"
    found = list_all(gateway, path, api_version=AUTHORIZATION, patience=patience, what=WHAT, named=False)
    if isinstance(found, Failure):
        return found
    read = [_granted(item) for item in found]
    if None in read:
        return malformed(WHAT, "an entry that names no actions")
    return tuple(one for one in read if one is not None)


def _granted(item: Any) -> Granted | None:
    if not isinstance(item, Mapping):
        return None
    actions, excepted = _texts(item.get("actions")), _texts(item.get("notActions"))
    return None if actions is None or excepted is None else Granted(actions, excepted)


def _texts(value: Any) -> tuple[str, ...] | None:
    """The texts of a list, of none where it is absent; None for what is no list of texts."""
    listed = [] if value is None else value
    return tuple(listed) if isinstance(listed, list) and all(isinstance(one, str) for one in listed) else None


class _Rights:
    """Goes from each group down to the nearest resource that is there, as long as something is lacking."""

    def __init__(self, crew: Crew, gateway: Getter, patience: Patience) -> None:
        self._crew, self._gateway, self._patience = crew, gateway, patience
        self._asked = 0
        self.lacking: set[Need] = set()
        self.unknown: dict[Need, str] = {}

    def look(self, needs: list[Need], depth: int) -> None:
        """Ask for needs at one depth of their scopes, once for each scope."""
        places: dict[str, list[Need]] = {}
        for need in needs:
            places.setdefault(need.scopes[depth].lower(), []).append(need)
        for same in places.values():
            if self._asked >= MOST_SCOPES:
                self.unknown |= dict.fromkeys(same, TOO_MANY)
                continue
            self._asked += 1
            scope = same[0].scopes[depth]
            self._crew.ask(
                partial(permissions_at, self._gateway, scope, self._patience), partial(self._judge, same, depth)
            )

    def _judge(self, needs: list[Need], depth: int, granted: tuple[Granted, ...] | Failure) -> None:
        if not isinstance(granted, Failure):
            needs = [need for need in needs if not any(one.allows(need.right) for one in granted)]
        deeper = [need for need in needs if depth + 1 < len(need.scopes)]
        last = [need for need in needs if depth + 1 == len(need.scopes)]
        if isinstance(granted, Failure):
            self.unknown |= dict.fromkeys(last, granted.message)
        else:
            self.lacking.update(last)
        self.look(deeper, depth + 1)


class _Locks:
    """Two lists tell all locks that count for a group: its own, which reaches down, and its subscription's.

    Who may not read the subscription's has the group's list of what lies above, as far as it reaches (fact 3.9/2).
    """

    def __init__(self, crew: Crew, gateway: Getter, patience: Patience) -> None:
        self._crew, self._gateway, self._patience = crew, gateway, patience
        self.seen: set[Lock] = set()
        self.unseen: dict[Scope, str] = {}

    def look(self, groups: tuple[Scope, ...]) -> None:
        """Ask for the locks of some groups."""
        subscriptions: dict[str, list[Scope]] = {}
        for group in groups:
            subscriptions.setdefault(group.subscription.lower(), []).append(group)
            self._ask(group.resource_id, partial(self._keep, group), upwards=False)
        for same in subscriptions.values():
            self._ask(f"/subscriptions/{same[0].subscription}", partial(self._above, same), upwards=True)

    def _ask(self, scope: str, then: Any, *, upwards: bool) -> None:
        self._crew.ask(partial(locks_at, self._gateway, scope, self._patience, upwards=upwards), then)

    def _above(self, groups: list[Scope], found: list[Lock] | Failure) -> None:
        if not isinstance(found, Failure):
            self.seen.update(found)
            return
        for group in groups:
            self._ask(group.resource_id, partial(self._keep, group), upwards=True)

    def _keep(self, group: Scope, found: list[Lock] | Failure) -> None:
        if isinstance(found, Failure):
            self.unseen.setdefault(group, found.message)
        else:
            self.seen.update(found)
