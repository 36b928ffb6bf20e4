"""The actions of a plan as people look for them: one entry a resource, parts of one thing beside each other.

Apart from the order in which a plan is carried out: that one follows what needs what, and tears things apart.
"""

from __future__ import annotations

from reconciler.kinds.scalars import version_parts
from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan, Reason, Verb

ALWAYS_COUNTED = (Verb.CREATE, Verb.UPDATE, Verb.DELETE)
NO_NUMBER = (-1, -1, -1)

Shelf = tuple[str, str, str, str, tuple[int, int, int], str, str]


def by_resource(plan: Plan) -> list[list[Action]]:
    """The actions worth showing, all of one resource together: gallery, its access, each definition, its versions."""
    groups: dict[Address, list[Action]] = {}
    for action in plan.actions:
        if action.verb is not Verb.NOOP or action.changes:
            groups.setdefault(action.address, []).append(action)
    return [groups[address] for address in sorted(groups, key=shelf)]


def shelf(address: Address) -> Shelf:
    """Where an address stands among others: below what it is in, access first, versions by their number."""
    scope, access = address.scope, address.access.key if address.access else ""
    version = address.version or ""
    number = version_parts(version) or NO_NUMBER
    image = (address.image or "").lower()
    return scope.subscription.lower(), scope.group.lower(), address.gallery.lower(), image, number, version, access


def main_action(steps: list[Action]) -> Action:
    """The action the steps are there for."""
    return next((step for step in steps if Reason.COMPANION_STEP not in step.reasons), steps[0])


def counted(plan: Plan) -> list[str]:
    """How many resources meet each verb, and in how many steps where those are more."""
    resources: dict[Verb, int] = {}
    steps: dict[Verb, int] = {}
    for group in by_resource(plan):
        verb = main_action(group).verb
        resources[verb] = resources.get(verb, 0) + 1
        steps[verb] = steps.get(verb, 0) + len(group)
    verbs = [
        *ALWAYS_COUNTED,
        *(verb for verb in Verb if verb not in (*ALWAYS_COUNTED, Verb.NOOP) and verb in resources),
    ]
    return [
        f"{resources.get(verb, 0)} to {verb}"
        + (f" ({steps[verb]} steps)" if steps.get(verb, 0) > resources.get(verb, 0) else "")
        for verb in verbs
    ]
