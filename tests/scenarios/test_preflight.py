"""Before the first write: what Azure would refuse is said, and stops the apply there; what nobody can read does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.settings import Doubts
from reconciler.executor.task import Rules
from reconciler.model.checks import Checks, Hindrance
from reconciler.model.plan import Plan
from reconciler.model.report import Outcome, Report
from reconciler.model.state import LiveState
from reconciler.planner.checks import held_back
from reconciler.reconcile import Planned, check_pass
from tests.support.commands import Shell
from tests.support.estates import ACCESS, ESTATE, GALLERY, IMAGE, SOURCE, versions
from tests.support.limited import DEPLOYER, grant, limited
from tests.support.sources import drop, lock, send, stock_declared
from tests.support.workbench import GROUP, PACE, SUB, Workbench, short, workbench

GROUP_ID = f"/subscriptions/{SUB}/resourceGroups/{GROUP}"
CORP = f"{GROUP_ID}/providers/Microsoft.Compute/galleries/corp"
PUBLISHER = "Compute Gallery Artifacts Publisher"
OTHER = GALLERY.replace("corp", "labs")
SHARED = GALLERY.replace("tags:", "sharingProfile: {permissions: Groups}, tags:")


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Workbench, Workbench]]:
    with limited(tmp_path) as benches:
        yield benches


def ahead(bench: Workbench, plan: Plan | None = None, **how: Any) -> Plan:
    """A plan with its checks."""
    return check_pass(Planned(plan or bench.plan(), LiveState({})), bench.gateway, **how).plan


def checks(plan: Plan) -> Checks:
    assert plan.checks is not None
    return plan.checks


def told(plan: Plan) -> list[tuple[str, str, str]]:
    """Every obstacle: what, the end of its scope, the right or words."""
    return [(str(one.what), one.scope.rsplit("/", 1)[-1], one.words) for one in checks(plan).obstacles]


def unknown(plan: Plan) -> list[str]:
    return [str(one.what) for one in checks(plan).not_checked]


def may_not(*rights: str) -> list[str]:
    return [f"this sign-in may not do {right}" for right in rights]


def partly(bench: Workbench, plan: Plan) -> Report:
    return bench.carry_out(plan, Rules(pace=PACE, barred=held_back(plan)))


def lock_at(bench: Workbench, scope: str, level: str) -> None:
    path = f"{scope}/providers/Microsoft.Authorization/locks/keep"
    send(bench, "PUT", path, {"properties": {"level": level}}, "2016-09-01")


def unlock(bench: Workbench, scope: str) -> None:
    send(bench, "DELETE", f"{scope}/providers/Microsoft.Authorization/locks/keep", None, "2016-09-01")


# Rights


def test_a_missing_right_is_named_with_its_scope_and_the_role_that_grants_it(
    pair: tuple[Workbench, Workbench],
) -> None:
    _, deployer = pair
    deployer.write(ESTATE)

    plan = ahead(deployer)

    compute = "Microsoft.Compute/galleries"
    assert {words for _, _, words in told(plan)} == set(
        may_not(
            f"{compute}/write",
            f"{compute}/images/write",
            f"{compute}/images/versions/write",
            "Microsoft.Authorization/roleAssignments/write",
        )
    )
    assert {scope for _, scope, _ in told(plan)} == {GROUP}
    hints = {one.words.rsplit("/", 2)[-2]: one.hint for one in checks(plan).obstacles}
    assert PUBLISHER in hints["versions"]
    assert "Role Based Access Control Administrator" in hints["roleAssignments"]
    assert {key for one in checks(plan).obstacles for key in one.actions} == {action.id for action in plan.writes}
    assert not deployer.ids()


def test_what_azure_says_of_rights_is_what_it_then_allows(pair: tuple[Workbench, Workbench]) -> None:
    operator, deployer = pair
    grant(operator, GROUP_ID, PUBLISHER)
    send(operator, "PUT", f"{SOURCE}/ubuntu-1.0.0", {"location": "westeurope"}, "2024-03-01")
    deployer.write(GALLERY + IMAGE + versions("1.0.0"))

    plan = ahead(deployer)

    assert plan.checks == Checks()
    assert {result.outcome for result in deployer.carry_out(plan).results} == {Outcome.SUCCEEDED}


def test_a_role_on_one_gallery_alone_is_enough_for_what_lies_in_it(pair: tuple[Workbench, Workbench]) -> None:
    operator, deployer = pair
    deployer.write(GALLERY)
    operator.apply()
    grant(operator, CORP, PUBLISHER)
    deployer.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.0.0"))
    deployer.write(OTHER, "labs.yaml")

    plan = ahead(deployer)

    assert told(plan) == [("MissingPermission", GROUP, *may_not("Microsoft.Compute/galleries/write"))]
    assert [key for one in checks(plan).obstacles for key in one.actions] == [
        action.id for action in plan.writes if short(action.address) == "labs"
    ]


def test_a_contributor_may_neither_grant_nor_share(pair: tuple[Workbench, Workbench]) -> None:
    operator, deployer = pair
    deployer.write(SHARED + ACCESS)
    grant(operator, GROUP_ID, "Contributor")

    plan = ahead(deployer)

    assert {words for _, _, words in told(plan)} <= set(
        may_not("Microsoft.Authorization/roleAssignments/write", "Microsoft.Compute/galleries/share/action")
    )
    assert may_not("Microsoft.Authorization/roleAssignments/write")[0] in [words for _, _, words in told(plan)]


def test_a_second_role_fills_what_the_first_leaves_out(pair: tuple[Workbench, Workbench]) -> None:
    operator, deployer = pair
    deployer.write(GALLERY + ACCESS)
    grant(operator, GROUP_ID, "Contributor")
    grant(operator, GROUP_ID, "Role Based Access Control Administrator")

    assert ahead(deployer).checks == Checks()


def test_a_part_does_all_but_what_is_stopped_and_what_lies_below_it(pair: tuple[Workbench, Workbench]) -> None:
    operator, deployer = pair
    everything = GALLERY + IMAGE + versions("1.0.0")
    deployer.write(everything)
    deployer.write(everything.replace("corp", "labs"), "labs.yaml")
    operator.apply()
    grant(operator, CORP, PUBLISHER)
    grant(operator, f"{CORP[:-4]}labs/images/ubuntu", PUBLISHER)  # below labs, but labs itself may not be written
    changed = everything.replace("Golden", "New").replace("description: Ubuntu", "description: New")
    deployer.write(changed)
    deployer.write(changed.replace("corp", "labs"), "labs.yaml")
    count = len(deployer.written())

    plan = ahead(deployer)
    report = partly(deployer, plan)

    outcomes = {short(result.address): result.outcome for result in report.results}
    assert outcomes == {
        "corp": Outcome.SUCCEEDED,
        "corp/ubuntu": Outcome.SUCCEEDED,
        "labs": Outcome.SKIPPED,
        "labs/ubuntu": Outcome.SKIPPED,
    }
    assert not [path for _, path in deployer.written()[count:] if "/labs" in path]


# Locks


@pytest.mark.parametrize("reach", ["above", "only"])
@pytest.mark.parametrize("scope", [f"/subscriptions/{SUB}", GROUP_ID, CORP, f"{CORP}/images/ubuntu/versions/1.0.0"])
def test_a_lock_against_deletes_stops_deletes_alone(
    tmp_path: Path, scope: str, reach: Literal["above", "only"]
) -> None:
    with workbench(tmp_path / "own", doubts=Doubts(locks_at_scope=reach)) as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
        bench.apply()
        lock_at(bench, scope, "CanNotDelete")
        bench.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.1.0", "1.2.0"))

        plan = ahead(bench, bench.plan(prune=True))

        assert [one.what for one in checks(plan).obstacles] == [Hindrance.LOCKED]
        assert [key for one in checks(plan).obstacles for key in one.actions] == [
            action.id for action in plan.writes if action.removes
        ]
        assert partly(bench, plan).count(Outcome.SUCCEEDED) == 2


def test_a_read_only_lock_stops_every_write_below_it(bench: Workbench) -> None:
    bench.write(GALLERY + ACCESS)
    bench.apply()
    lock_at(bench, CORP, "ReadOnly")
    bench.write(GALLERY.replace("Golden", "New") + IMAGE + versions("1.0.0"))
    bench.write(OTHER, "labs.yaml")

    plan = ahead(bench, bench.plan(prune=True))

    stopped = {key for one in checks(plan).obstacles for key in one.actions}
    assert stopped == {action.id for action in plan.writes if short(action.address) != "labs"}
    report = partly(bench, plan)
    assert [short(one.address) for one in report.results if one.outcome is Outcome.SUCCEEDED] == ["labs"]


def test_the_subscriptions_locks_need_not_be_readable(bench: Workbench) -> None:
    bench.write(GALLERY)
    bench.emulator.faults.add(Fault(method="GET", path=f"^/subscriptions/{SUB}/providers/.*/locks", status=403))
    lock_at(bench, f"/subscriptions/{SUB}", "ReadOnly")

    assert [what for what, _, _ in told(ahead(bench))] == ["Locked"]


# What nobody can read


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=403, code="AuthorizationFailed"),
        Fault(status=404, code="ResourceGroupNotFound"),
        Fault(status=429, code="TooManyRequests", headers={"Retry-After": "0"}),
        Fault(status=500),
        Fault(effect="cut"),
        Fault(effect="drop"),
    ],
    ids=lambda fault: f"{fault.effect}-{fault.status or 0}",
)
@pytest.mark.parametrize("what", ["permissions", "locks"])
def test_what_cannot_be_read_is_not_checked_and_stops_nothing(bench: Workbench, fault: Fault, what: str) -> None:
    bench.write(ESTATE)
    bench.emulator.faults.add(replace(fault, method="GET", path=f"/Microsoft.Authorization/{what}"))

    plan = ahead(bench)

    assert not checks(plan).obstacles
    assert unknown(plan) == [what]
    assert checks(plan).not_checked[0].why
    assert {result.outcome for result in partly(bench, plan).results} == {Outcome.SUCCEEDED}


def test_whose_rights_are_not_the_writers_is_not_asked(bench: Workbench) -> None:
    bench.write(ESTATE)

    plan = ahead(bench, as_writer=False)

    assert unknown(plan) == ["permissions"]
    assert not [one for one in bench.emulator.requests if one.path.endswith("/permissions")]


def test_a_plan_that_writes_nothing_asks_nothing(bench: Workbench) -> None:
    bench.write(ESTATE)
    bench.apply()
    plan = bench.plan()
    before = bench.gateway.calls

    assert ahead(bench, plan).checks is None
    assert bench.gateway.calls == before


def test_a_plan_that_writes_asks_three_times_for_one_group(bench: Workbench) -> None:
    bench.write(ESTATE)
    plan = bench.plan()
    before = bench.gateway.calls

    ahead(bench, plan)

    assert bench.gateway.calls == before + 3


# Sources


def test_a_source_that_is_gone_is_said_before_the_first_write(tmp_path: Path) -> None:
    with workbench(tmp_path / "own", sources="strict") as bench:
        copied = f"{CORP}/images/ubuntu/versions/1.0.0"
        made = (
            versions("1.0.0", "1.1.0") + versions("1.2.0").replace(f"{SOURCE}/ubuntu-1.2.0", copied).split("\n", 1)[1]
        )
        bench.write(GALLERY + IMAGE + made)
        stock_declared(bench)
        drop(bench, f"{SOURCE}/ubuntu-1.1.0")

        plan = ahead(bench, sources=True)

        (found,) = checks(plan).obstacles
        assert found.what is Hindrance.MISSING_SOURCE
        assert "images/ubuntu-1.1.0 is not there" in found.words
        assert not checks(plan).not_checked
        skipped = [one for one in partly(bench, plan).results if one.outcome is not Outcome.SUCCEEDED]
        assert [(short(one.address), one.outcome) for one in skipped] == [("corp/ubuntu/1.1.0", Outcome.SKIPPED)]


def test_a_source_that_cannot_be_read_is_not_checked(tmp_path: Path) -> None:
    with workbench(tmp_path / "own", sources="strict") as bench:
        bench.write(GALLERY + IMAGE + versions("1.0.0", "1.1.0"))
        stock_declared(bench)
        bench.emulator.faults.add(Fault(method="GET", path="/images/ubuntu-1", status=403, code="AuthorizationFailed"))

        plan = ahead(bench, sources=True)

        assert not checks(plan).obstacles
        (found,) = checks(plan).not_checked
        assert "and 1 more could not be read (AuthorizationFailed)" in found.why


# Early verdicts


@pytest.mark.parametrize(
    ("path", "status", "code", "hint"),
    [
        ("/galleries/corp\\?", 409, "ScopeLocked", "have the lock's owner remove it"),
        ("/galleries/corp\\?", 403, "AuthorizationFailed", PUBLISHER),
        ("/galleries/corp\\?", 409, "MissingSubscriptionRegistration", "register the resource provider"),
        ("/galleries/corp\\?", 409, "ResourceGroupBeingDeleted", "create the group again"),
        ("/versions/1.0.0\\?", 403, "LinkedAuthorizationFailed", "grant read on the source"),
        ("/versions/1.0.0\\?", 404, "NotFound", "does the source exist"),
        ("/roleAssignments/", 403, "AuthorizationFailed", "User Access Administrator"),
        ("/roleAssignments/", 400, "UnmatchedPrincipalType", "state the type"),
        ("/roleAssignments/", 400, "RoleDefinitionDoesNotExist", "check the GUID"),
    ],
)
def test_what_no_waiting_mends_is_sent_once_and_named_with_what_mends_it(
    bench: Workbench, path: str, status: int, code: str, hint: str
) -> None:
    bench.write(ESTATE)
    bench.emulator.faults.add(Fault(method="PUT", path=path, status=status, code=code, message="no"))
    started = time.monotonic()

    report = bench.carry_out(bench.plan(), Rules())

    assert time.monotonic() - started < 10
    failed = [result for result in report.results if result.outcome is Outcome.FAILED]
    assert {result.error_code for result in failed} == {code}
    assert all(hint in result.hint for result in failed), failed


def test_a_failed_operation_names_its_cause_too(bench: Workbench) -> None:
    bench.write(GALLERY + IMAGE + versions("1.0.0"))
    bench.emulator.faults.add(
        Fault(
            method="PUT",
            path="/versions/1.0.0",
            effect="operation_fails",
            code="InvalidParameter",
            message="Source x is not found. Please check source exists, and is in the same region",
        )
    )

    (failed,) = [one for one in bench.carry_out(bench.plan()).results if one.outcome is Outcome.FAILED]

    assert failed.hint == "does the source exist, in the version's location? wait until it is finished"


def test_a_principal_nobody_knows_is_given_up_after_the_short_window(bench: Workbench) -> None:
    bench.write(GALLERY + ACCESS)
    bench.emulator.faults.add(Fault(method="PUT", path="/roleAssignments/", status=400, code="PrincipalNotFound"))

    report = bench.carry_out(bench.plan(), Rules(pace=replace(PACE, principal_window=0.3)))

    (failed,) = [one for one in report.results if one.outcome is Outcome.FAILED]
    assert (failed.error_code, "principal.id" in failed.hint) == ("PrincipalNotFound", True)


# Nothing behind anybody's back


@pytest.mark.parametrize("method", ["PUT", "*"])
def test_no_provider_is_ever_registered(bench: Workbench, shell: Shell, method: str) -> None:
    bench.write(ESTATE)
    said = "The subscription is not registered to use namespace 'Microsoft.Compute'."
    bench.emulator.faults.add(
        Fault(method=method, path="Microsoft.Compute", status=409, code="MissingSubscriptionRegistration", message=said)
    )

    ran = shell.run("apply", "manifests", "--yes")

    assert ran.code == 1
    assert "register the resource provider Microsoft.Compute in the subscription" in " ".join(
        (ran.out + ran.err).split()
    )
    assert not [one.path for one in bench.emulator.requests if "/register" in one.path.lower()]
    assert not bench.ids()


GONE = "Wed, 21 Oct 2015 07:28:00 GMT"


@pytest.mark.parametrize("advice", ["0.05", "1.5e-2", GONE, "in a second", "soon", ""])
def test_no_form_of_retry_after_on_any_answer_breaks_an_apply(bench: Workbench, advice: str) -> None:
    bench.write(ESTATE)
    plan = bench.plan()
    if advice == "in a second":
        advice = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    stated = {"Retry-After": advice}
    bench.emulator.faults.add(Fault(method="PUT", path="/images/ubuntu\\?", status=429, headers=stated, times=2))
    bench.emulator.faults.add(Fault(path="Microsoft.(Compute|Authorization)", headers=stated))

    report = bench.carry_out(plan)

    assert {result.outcome for result in report.results} == {Outcome.SUCCEEDED}, report.results
    assert len([path for method, path in bench.written() if path.endswith("/images/ubuntu")]) == 3
    assert not bench.plan().pending


# The command line


def test_a_lock_ends_an_apply_before_its_first_write_and_a_part_goes_on(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY + IMAGE)
    bench.apply()
    lock(bench, CORP)
    bench.write(GALLERY.replace("Golden", "New"))
    bench.write(OTHER, "labs.yaml")
    count = len(bench.written())

    planned = shell.run("plan", "manifests", "--prune", "--detailed-exitcode")
    ran = shell.run("apply", "manifests", "--prune", "--yes")
    document = shell.run("apply", "manifests", "--prune", "--yes", "-o", "json")

    assert planned.code == 2
    assert "stopped by Locked" in planned.out
    assert "`apply` would write nothing, because of 1 obstacle (Locked)" in " ".join(planned.out.split())
    assert (ran.code, document.code) == (1, 1)
    assert f"! {GROUP}/corp: locked: CanNotDelete “keep”" in ran.err
    assert "nothing was written" in ran.err
    assert document.document["report"] is None
    assert [one["what"] for one in document.document["plan"]["checks"]["obstacles"]] == ["Locked"]
    assert bench.written()[count:] == []

    part = shell.run("apply", "manifests", "--prune", "--yes", "--partial")

    assert part.code == 5
    assert bench.live("/galleries/corp/images/ubuntu")
    assert bench.live("/galleries/corp")["properties"]["description"] == "New images"
    assert bench.live("/galleries/labs")


def test_where_nothing_could_be_done_no_part_is_offered_and_none_is_tried(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    lock_at(bench, GROUP_ID, "ReadOnly")

    for more in ((), ("--partial",)):
        ran = shell.run("apply", "manifests", "--yes", *more)
        assert ran.code == 1
        assert "--partial" not in ran.err
    assert [path.rsplit("/", 2)[1] for _, path in bench.written()] == ["locks"]


def test_checks_can_be_switched_off(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    lock_at(bench, GROUP_ID, "ReadOnly")

    ran = shell.run("apply", "manifests", "--yes", "-o", "json", RECONCILER_CHECKS="off")

    assert ran.document["plan"]["checks"] is None
    (result,) = ran.document["report"]["results"]
    assert (ran.code, result["errorCode"]) == (1, "ScopeLocked")
    assert "have the lock's owner remove it" in result["hint"]


def test_a_saved_plan_keeps_its_name_and_is_checked_anew(bench: Workbench, shell: Shell) -> None:
    bench.write(GALLERY)
    free = shell.run("plan", "manifests", "-o", "json").document
    lock_at(bench, GROUP_ID, "ReadOnly")
    shell.run("plan", "manifests", "--out", "locked.json")
    held = shell.run("plan", "manifests", "-o", "json").document

    assert held["digest"] == free["digest"]
    assert held["checks"]["obstacles"]
    assert shell.run("apply", "locked.json").code == 1
    assert not bench.ids()
    unlock(bench, GROUP_ID)
    assert shell.run("apply", "locked.json").code == 0


def test_a_sign_in_without_the_right_is_denied_in_seconds(tmp_path: Path) -> None:
    people: dict[str, Any] = {"directory": (DEPLOYER,), "granted": {DEPLOYER.object_id: ("Reader",)}}
    with workbench(tmp_path, tls=True, authorization=True, **people) as operator:
        operator.write(GALLERY)
        url = operator.emulator.base_url
        signed_in = {
            "RECONCILER_CLOUD": "custom",
            "RECONCILER_ENDPOINT": url,
            "RECONCILER_AUDIENCE": "https://management.azure.com",
            "RECONCILER_AUTHORITY": url,
            "RECONCILER_CREDENTIAL_TYPE": "client-secret",
            "AZURE_TENANT_ID": operator.emulator.settings.tenant,
            "AZURE_CLIENT_ID": DEPLOYER.app_id,
            "AZURE_CLIENT_SECRET": DEPLOYER.secret,
            "REQUESTS_CA_BUNDLE": str(operator.emulator.address.authority),
        }

        ran = Shell(operator).run("apply", "manifests", "--yes", **signed_in)

        assert ran.code == 1, ran.err
        assert f"! {GROUP}: this sign-in may not do Microsoft.Compute/galleries/write; grant {PUBLISHER}" in ran.err
        assert not operator.ids()
