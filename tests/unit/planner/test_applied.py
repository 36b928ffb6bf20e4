"""What an apply leaves in the ledger: what is live as declared, and no lie about anything else."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.plan import Action, Plan, Source, Verb
from reconciler.model.report import ActionResult, Outcome, Report
from reconciler.model.state import LiveState
from reconciler.planner.applied import Entries, declared_of, entries_of
from tests.support.estates import versions
from tests.support.random_estates import OPTIONS, desired_of, planned, taken
from tests.support.workbench import short
from tests.unit.planner.decisions.bends import tagged
from tests.unit.planner.decisions.texts import ALL, BASE

FIRST, SECOND = "corp/ubuntu/1.0.0", "corp/ubuntu/1.1.0"
AT = "2026-11-01T00:00:00Z"


def report_of(plan: Plan, **outcomes: Outcome) -> Report:
    """Everything succeeded but for what is named by its version."""
    told = {name.replace("v", "").replace("_", "."): outcome for name, outcome in outcomes.items()}
    return Report(
        tuple(
            ActionResult(each.id, each.address, each.verb, told.get(each.address.version or "", Outcome.SUCCEEDED))
            for each in plan.writes
        )
    )


def left(plan: Plan, declared: str, report: Report | None = None) -> Entries:
    return entries_of(
        plan, report or report_of(plan), declared_of(plan, desired_of(declared).resources, OPTIONS), at=AT
    )


def names(found: Entries) -> tuple[set[str], set[str]]:
    return {short(address) for address in found.put}, {short(address) for address in found.gone}


def test_what_was_made_is_known_with_its_revision_and_its_moment() -> None:
    plan = planned(desired_of(ALL), LiveState({}))
    plan = replace(plan, source=Source("-", "3f9c2ab"))

    put = left(plan, ALL).put

    assert len(put) == len(plan.writes)
    assert {(entry.at, entry.revision) for entry in put.values()} == {(AT, "3f9c2ab")}
    assert {
        "reconciler.owner" in entry.body.get("tags", {}) for address, entry in put.items() if not address.access
    } == {True}


def test_a_failure_leaves_no_entry_and_hides_no_success_after_it() -> None:
    plan = planned(desired_of(ALL), LiveState({}))

    put, gone = names(left(plan, ALL, report_of(plan, v1_0_0=Outcome.FAILED)))

    assert SECOND in put
    assert FIRST not in put
    assert not gone


def test_what_was_deleted_is_known_no_more() -> None:
    less = BASE + versions("1.1.0")

    put, gone = names(left(planned(desired_of(less), taken(desired_of(ALL))), less))

    assert gone == {FIRST}
    assert SECOND in put


def test_what_was_written_without_its_declaration_at_hand_is_known_no_more() -> None:
    put, gone = names(left(planned(desired_of(ALL), LiveState({})), BASE + versions("1.0.0")))

    assert gone == {SECOND}
    assert FIRST in put


def only_noop(plan: Plan, **changes: object) -> Plan:
    """The plan with one equal resource, changed as said."""
    noop = next(action for action in plan.actions if action.verb is Verb.NOOP and short(action.address) == FIRST)
    return replace(plan, actions=(replace(noop, **changes),))  # type: ignore[arg-type]


def test_what_was_equal_is_known_and_what_was_only_observed_is_not() -> None:
    plan = planned(desired_of(ALL), taken(desired_of(ALL)))
    change = planned(desired_of(ALL.replace("Golden", "New")), taken(desired_of(ALL))).writes[0].changes

    assert names(left(only_noop(plan), ALL)) == ({FIRST}, set())
    assert names(left(only_noop(plan, resource_id=""), ALL)) == (set(), set())
    assert names(left(only_noop(plan, changes=change), ALL)) == (set(), set())
    assert names(left(only_noop(plan, resource_id="", changes=change), ALL)) == (set(), set())


def entry_tags(plan: Plan) -> set[str]:
    (entry,) = left(plan, ALL).put.values()
    return set(entry.body.get("tags", {}))


def test_the_owner_tag_is_in_the_entry_only_where_it_is_ours() -> None:
    ours = planned(desired_of(ALL), taken(desired_of(ALL)))
    theirs = planned(desired_of(ALL), tagged(FIRST, reconciler__owner=None)(taken(desired_of(ALL))))

    assert entry_tags(only_noop(ours)) == {"reconciler.owner"}
    assert entry_tags(only_noop(theirs)) == set()


def test_all_steps_of_a_resource_count_together() -> None:
    fewer = ALL.replace("northeurope=1", "uksouth=1", 1)
    plan = planned(desired_of(fewer), taken(desired_of(ALL)))
    steps: list[Action] = [action for action in plan.writes if short(action.address) == FIRST]
    assert len(steps) > 1
    address: Address = steps[0].address

    cut = Report(tuple(ActionResult(each.id, address, each.verb, Outcome.SUCCEEDED) for each in steps[:-1]))

    assert address in left(plan, fewer).put
    assert address not in left(plan, fewer, cut).put


def test_what_a_replacement_deleted_and_did_not_make_anew_is_known_no_more() -> None:
    replacing = ALL.replace("spec:", "policy: {onImmutableChange: replace}\nspec:", 1)
    other = replacing.replace("ubuntu-1.0.0}", "ubuntu-1.0.0-b}")
    plan = planned(desired_of(other), taken(desired_of(ALL)))
    halves = [action for action in plan.writes if action.verb is Verb.REPLACE]
    assert len(halves) == 2
    outcomes = (Outcome.SUCCEEDED, Outcome.FAILED)
    results = [ActionResult(one.id, one.address, one.verb, how) for one, how in zip(halves, outcomes, strict=True)]

    found = left(plan, other, Report(tuple(results)))

    assert {short(address) for address in found.gone} == {FIRST}
    assert FIRST not in {short(address) for address in found.put}
    failed = [replace(one, outcome=Outcome.FAILED) for one in results]
    assert left(plan, other, Report(tuple(failed))).gone == ()


def test_an_entry_tells_the_revision_and_the_moment() -> None:
    plan = replace(planned(desired_of(ALL), LiveState({})), source=Source("test", revision="abc"))
    kept = declared_of(plan, desired_of(ALL).resources, OPTIONS)
    assert {one.revision for one in kept.values()} == {"abc"}
    later = replace(plan, source=Source("test", revision="def"))
    put = entries_of(later, report_of(later), kept, at=AT).put
    assert {(one.revision, one.at) for one in put.values()} == {("def", AT)}
