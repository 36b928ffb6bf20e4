"""Whether the writes of a saved plan are still allowed: by whoever owns what is live now, and by the settings of today.

Apart from the fit, which asks whether Azure moved: a digest says that a file is whole and not who wrote it, so what
planning would never allow is refused here again, from a fresh look and not from what the file says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.kinds.ownership import ABANDON, OWNER_TAG, verified_owner
from reconciler.kinds.paths import with_value
from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan, Verb
from reconciler.model.restriction import AllowList
from reconciler.model.state import Body, LiveResource
from reconciler.planner import guards
from reconciler.planner.context import Context
from reconciler.planner.diff import rule_of
from reconciler.planner.fate import marker
from reconciler.planner.options import Options
from reconciler.planner.ownership import Owner, owner_name, owner_of
from reconciler.planner.rebase import LAID_OVER
from reconciler.planner.scope import outside, within

Fresh = Mapping[Address, LiveResource | None]


@dataclass(frozen=True, slots=True)
class Permission:
    """What the settings of today allow: `options` with the guards that the plan lifts, and the target's scope.

    `places` says where the settings say it, by setting, for whoever has to change them.
    """

    options: Options
    allowed: AllowList = field(default_factory=AllowList)
    places: Mapping[str, str] = field(default_factory=dict)

    def setting(self, name: str) -> str:
        """The setting with its place: `scope, reconciler.yaml:3:5`."""
        place = self.places.get(name, "")
        return f"{name}, {place}" if place else name


def barred(plan: Plan, permission: Permission, fresh: Fresh) -> tuple[str, ...]:
    """Why single writes must not happen, in the plan's order; `fresh` is what is live where they write."""
    first: dict[Address, Action] = {}
    found: list[str] = []
    for action in plan.writes:
        first.setdefault(action.address, action)
        live = fresh.get(action.address)
        owner = permission.options.owner
        why = (
            _stray(plan, permission, action, live)
            or (_foreign(first[action.address], live, owner) if live is not None else "")
            or _claims_for_others(action, owner)
            or _undocumented(permission, action)
        )
        if why:
            found.append(f"{action.address.text()} {why}")
    return tuple(dict.fromkeys(found))


def barred_deletes(plan: Plan, permission: Permission, context: Context) -> tuple[str, ...]:
    """What the guards of planning say about everything that goes, from a fresh read of the whole target (`context`)."""
    context = replace(within(permission.allowed, within(plan.target.allowed, context)), options=permission.options)
    going = [action for action in plan.writes if action.removes]
    found = [why for action in going for why in _guarded(context, action)]
    total = guards.max_deletes(context, frozenset(action.address for action in going))
    if total is not None:
        found.append(f"{total.message} ({permission.setting('limits')})")
    return tuple(found)


def _stray(plan: Plan, permission: Permission, action: Action, live: LiveResource | None) -> str:
    """Outside of what the target may touch: as it was planned, and as it is set today."""
    body = live.body if action.removes and live is not None else _shown(action)
    why = outside(plan.target.allowed, action.address, body)
    if why:
        return f"is outside the scope of the plan's own target: {why}"
    why = outside(permission.allowed, action.address, body)
    if why:
        return f"is outside the target's scope: {why} ({permission.setting('scope')})"
    if action.removes and action.address.scope.key not in {scope.key for scope in plan.target.scopes}:
        return "lies in a resource group that the plan does not look into"
    return ""


def _foreign(first: Action, live: LiveResource, owner: str) -> str:
    """Somebody else's; or nobody's, unless the first write of the plan there is the adoption."""
    found = owner_of(live, owner)
    if found is Owner.OURS or (found is Owner.NOBODY and first.verb is Verb.ADOPT):
        return ""
    if found is Owner.OTHER:
        return f"belongs to instance {owner_name(live)}"
    if owner:
        return f"is not owned by instance {owner}"
    return "is not known to be ours: ownership is not tracked" if first.verb is Verb.DELETE else ""


def _claims_for_others(action: Action, owner: str) -> str:
    """An owner tag that is written names this instance."""
    tags = _shown(action).get("tags")
    if not isinstance(tags, Mapping) or OWNER_TAG not in tags:
        return ""
    ours = bool(owner) and verified_owner(action.address, tags) == owner
    return "" if ours else "would be given the owner tag of somebody else"


def _undocumented(permission: Permission, action: Action) -> str:
    if not permission.options.documented_only or action.verb not in LAID_OVER:
        return ""
    shape = rules_of(action.address.kind).shape
    found = [change.dotted for change in action.changes if rule_of(shape, change.path) == Rule.ACCEPTED]
    setting = permission.setting("updatableFields")
    return f"has changes that are not in the documented list: {', '.join(found)} ({setting})" if found else ""


def _shown(action: Action) -> Body:
    """What a write brings, as its changes show it."""
    shape, body = rules_of(action.address.kind).shape, dict[str, object]()
    for change in action.changes:
        if change.path and change.after is not None:
            body = with_value(shape, body, change.path, change.after)
    return body


def _guarded(context: Context, action: Action) -> Iterator[str]:
    """The guards on a single removal; what is replaced comes back, so nobody needs it as a source meanwhile."""
    live = context.live.resources.get(action.address)
    if context.unread_below(action.address):
        yield f"{action.address.text()} must stay: not everything at or below it could be read"
    if live is None:
        return
    single = [guards.protected, guards.blocked_until_end_of_life, guards.community]
    if action.verb is Verb.DELETE:
        single.append(guards.shallow_source)
        if marker(context, live) == ABANDON:
            yield f"{live.address.text()} is to be given up, not deleted (onRemove: abandon)"
    yield from (found.message for guard in single if (found := guard(context, live)) is not None)
