"""What one declared resource needs: create, update, adopt, wait, nothing, or a refusal with its ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.kinds.registry import rules_of
from reconciler.kinds.rules import Rule
from reconciler.model.address import Address, Kind
from reconciler.model.plan import Action, Change, Reason, Verb
from reconciler.model.state import DesiredResource, LiveResource, Manage, OnDrift, Unread
from reconciler.planner.bodies import arm_body, merged_body, new_body, new_resource_id, tagged
from reconciler.planner.causes import reasons_of, with_reasons
from reconciler.planner.context import Context
from reconciler.planner.diff import changes_between, creation_changes
from reconciler.planner.finding import Finding
from reconciler.planner.fingerprint import fingerprint
from reconciler.planner.guards import too_many_replicas
from reconciler.planner.ignore import disturbing, held
from reconciler.planner.ownership import Owner, marker_for, marker_of
from reconciler.planner.rebase import STATE
from reconciler.planner.recycle import restored
from reconciler.planner.refuse import (
    forbidden_by_owner,
    forbidden_by_rule,
    forbidden_together,
    past_end_of_life,
    recreatable,
    region_removal,
    replaceable,
)
from reconciler.planner.sentences import change_sentence, creation_sentence
from reconciler.planner.sharing import is_shared, shares, unshared
from reconciler.planner.steps import Forbidden, Step, feature_step, settle_pending, version_steps


def detect(context: Context, desired: DesiredResource) -> Finding:
    """Decide about one declared resource. Unread is not absent: what is neither live nor proven absent waits."""
    live = context.live.resources.get(desired.address)
    if live is not None:
        return _present(context, desired, live)
    if context.unread(desired.address):
        return Finding()
    access = desired.address.access
    nameless = access is not None and access.role_id is None  # of a role that nobody knows nothing is proven
    if nameless or desired.address not in context.live.absent:
        return Finding(unread=undecided(desired.address))
    if desired.policy.manage is Manage.OBSERVE:
        return Finding((_quiet(desired, None, Verb.NOOP, Reason.POLICY_OBSERVE, "observed only; not in Azure"),))
    if _waits_for_observed(context, desired.address):
        words = "waits for a parent that is observed only and not in Azure yet"
        return Finding((_quiet(desired, None, Verb.WAIT, Reason.POLICY_OBSERVE, words),))
    return restored(context, desired) or created(context, desired)


def undecided(address: Address) -> Unread:
    """What was neither listed nor proven absent is a place that was not read."""
    where = address.text()
    return Unread(address.key, where, "NotRead", f"{where} was neither listed nor proven absent", "plan again")


def _waits_for_observed(context: Context, address: Address) -> bool:
    return any(
        parent in context.live.absent
        and parent in context.desired
        and context.desired[parent].policy.manage is Manage.OBSERVE
        for parent in address.ancestors
    )


def created(context: Context, desired: DesiredResource) -> Finding:
    """The create of a resource that is not there, or the rule that forbids it."""
    whole = new_body(desired, context.options)
    body = unshared(whole)
    changes = creation_changes(rules_of(desired.address.kind).shape, body, desired)
    refusal = past_end_of_life(context, desired, changes) or too_many_replicas(context.options, desired, {}, body)
    if refusal is not None:
        return Finding(refusal=refusal)
    reasons = (Reason.NOT_IN_AZURE,)
    action = _action(desired, None, Verb.CREATE, reasons, creation_sentence(desired.address, body))
    resource_id = new_resource_id(desired.address, context.options)
    arm = arm_body(desired.address, body)
    shared = shares(desired, {}, whole, reasons)
    return Finding((replace(action, changes=changes, resource_id=resource_id, body=arm), *shared))


def _present(context: Context, desired: DesiredResource, live: LiveResource) -> Finding:
    if not live.settled:
        words = f"{live.state} in Azure; waits for it to finish"
        wait = _quiet(desired, live, Verb.WAIT, Reason.OPERATION_IN_FLIGHT, words)
        return Finding((replace(wait, expected=held(context, desired.address, merged_body(desired, live.body))),))
    after = upkeep(context, desired, live, held(context, desired.address, merged_body(desired, live.body)))
    shape = rules_of(desired.address.kind).shape
    changes = (*changes_between(shape, live.body, after, desired), *_failed(desired, live))
    changes = with_reasons(context, desired, changes)
    if not changes:
        return Finding((_equal(context, desired, live),))
    hands_off = _hands_off(desired, live, changes)
    if hands_off is not None:
        return Finding((hands_off,))
    owner = forbidden_by_owner(context, desired, live, changes)
    if owner is not None:
        return Finding(refusal=owner)
    replaces = replaceable(desired, changes) or recreatable(context, desired, changes)
    if replaces:
        return Finding(replaces=replaces)
    refusal = (
        forbidden_by_rule(context, desired, changes)
        or forbidden_together(context, desired, live, after)
        or too_many_replicas(context.options, desired, live.body, after)
    )
    if refusal is not None:
        return Finding(refusal=refusal)
    return _update(context, desired, live, tagged(after, desired, context.options), reasons_of(changes))


def upkeep(
    context: Context, desired: DesiredResource, live: LiveResource, after: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What our own marks on an owned resource should say: the policy's marker, and no step left undone.

    A changed marker is a reason to write, shown as a change of the tag: else `protect` would protect nothing.
    """
    if context.owner(live) is not Owner.OURS or not live.tags or desired.policy.manage is not Manage.FULL:
        return after
    after = settle_pending(after, desired.body)
    if marker_of(live) == marker_for(desired.policy):
        return after
    return tagged(after, desired, context.options)


def _equal(context: Context, desired: DesiredResource, live: LiveResource) -> Action:
    reasons: tuple[Reason, ...] = ()
    if desired.policy.manage is Manage.OBSERVE:
        reasons = (Reason.POLICY_OBSERVE,)
    elif context.options.owner and context.owner(live) is not Owner.OURS:
        assignment = desired.address.kind is Kind.ROLE_ASSIGNMENT
        reasons = (Reason.SATISFIED_BY_OTHER if assignment else Reason.UNOWNED,)
    if desired.address in context.hidden:
        reasons = (*reasons, Reason.IGNORED_BY_RULE)
    return _action(desired, live, Verb.NOOP, reasons, "")


def _hands_off(desired: DesiredResource, live: LiveResource, changes: tuple[Change, ...]) -> Action | None:
    match desired.policy:
        case policy if policy.manage is Manage.OBSERVE:
            quiet = _quiet(desired, live, Verb.NOOP, Reason.POLICY_OBSERVE, "observed only; differs")
        case policy if policy.manage is Manage.CREATE_ONLY:
            quiet = _quiet(desired, live, Verb.NOOP, Reason.POLICY_OBSERVE, "create-only; differs")
        case policy if policy.on_drift is OnDrift.REPORT:
            quiet = _quiet(desired, live, Verb.NOOP, Reason.POLICY_REPORT, "reported only (onDrift: report)")
        case _:
            return None
    return replace(quiet, changes=changes)


def _quiet(desired: DesiredResource, live: LiveResource | None, verb: Verb, reason: Reason, words: str) -> Action:
    return _action(desired, live, verb, (reason,), words)


def _action(
    desired: DesiredResource, live: LiveResource | None, verb: Verb, reasons: tuple[Reason, ...], words: str
) -> Action:
    return Action(
        id=f"{verb} {desired.address.key}",
        address=desired.address,
        verb=verb,
        reasons=reasons,
        words=words,
        resource_id=live.resource_id if live else "",
        fingerprint="" if verb is Verb.NOOP else fingerprint(live),
        origin=desired.origin,
    )


def _update(
    context: Context,
    desired: DesiredResource,
    live: LiveResource,
    after: Mapping[str, Any],
    causes: tuple[Reason, ...],
) -> Finding:
    shape = rules_of(desired.address.kind).shape
    steps = _steps(context, desired, live, after)
    if isinstance(steps, Forbidden):
        changes = with_reasons(context, desired, changes_between(shape, live.body, after, desired))
        return Finding(refusal=region_removal(desired, steps, changes))
    disturbed = disturbing(context, desired, [step.body for step in steps])
    if disturbed is not None:
        return Finding(refusal=disturbed)
    verb, reasons = _verb(context, live, causes)
    shared = tuple(
        replace(each, changes=with_reasons(context, desired, each.changes))
        for each in shares(desired, live.body, after, reasons)
    )
    written = _step_actions(context, desired, live, steps, verb, reasons)
    if shared and not written[0].changes:
        return Finding(shared)  # sharing is all that differs
    return Finding((*written, *shared))


def _step_actions(
    context: Context,
    desired: DesiredResource,
    live: LiveResource,
    steps: tuple[Step, ...],
    verb: Verb,
    reasons: tuple[Reason, ...],
) -> tuple[Action, ...]:
    """The writes of an update, one a step; what the share action changes is no change of theirs."""
    shape = rules_of(desired.address.kind).shape
    actions: list[Action] = []
    before: Mapping[str, Any] = live.body
    for number, step in enumerate(steps, 1):
        changes = (*changes_between(shape, before, step.body, desired), *(() if actions else _failed(desired, live)))
        changes = with_reasons(context, desired, tuple(change for change in changes if not is_shared(change)))
        why = (*reasons, Reason.COMPANION_STEP) if step.companion else reasons
        words = step.words or change_sentence(verb, desired.address, changes, step.body)
        action = _action(desired, live, verb, why, words)
        actions.append(
            replace(
                action,
                id=f"{action.id} #{number}" if len(steps) > 1 else action.id,
                changes=changes,
                requires=tuple(done.id for done in actions[-1:]),
                body=arm_body(desired.address, step.body),
                fingerprint="" if actions else action.fingerprint,
                expected=before if actions else None,
                hazard=step.hazard,
            )
        )
        before = step.body
    return tuple(actions)


def _failed(desired: DesiredResource, live: LiveResource) -> tuple[Change, ...]:
    """A failed resource is written again; the shown difference is its state (fact 3.3)."""
    if live.state != "Failed":
        return ()
    return (Change(STATE, "Failed", "Succeeded", str(Rule.READ_ONLY), desired.origin),)


def _verb(context: Context, live: LiveResource, causes: tuple[Reason, ...]) -> tuple[Verb, tuple[Reason, ...]]:
    reasons = (Reason.IN_FAILED_STATE, *causes) if live.state == "Failed" else causes or (Reason.DIFFERS,)
    if context.options.owner and context.owner(live) is not Owner.OURS:
        return Verb.ADOPT, (*reasons, Reason.ADOPT_REQUESTED)
    return Verb.UPDATE, reasons


def _steps(
    context: Context, desired: DesiredResource, live: LiveResource, after: Mapping[str, Any]
) -> tuple[Step, ...] | Forbidden:
    if desired.address.kind is Kind.IMAGE_VERSION:
        return version_steps(live.body, after, desired.body, mark=bool(context.options.owner))
    if desired.address.kind is Kind.IMAGE_DEFINITION:
        taken = tuple(version.address.version or "" for version in context.live_versions(desired.address))
        return (feature_step(live.body, after, desired.body, taken),)
    return (Step(dict(after)),)
