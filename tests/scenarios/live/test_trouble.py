"""What could not be read is unread, with the right extent, one line and a hint; it is never taken for absent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from reconciler.emulator.serve import start
from reconciler.emulator.settings import EmulatorSettings
from reconciler.errors import CredentialError
from reconciler.live.gateway import Gateway
from reconciler.live.patience import Patience
from reconciler.live.reader import ReadScope, read
from reconciler.model.address import Address, Scope
from reconciler.model.state import LiveState
from tests.scenarios.live.estate import AT_ONCE, GROUP, SUB, Estate, at, desired

DECLARED = (
    at("corp"),
    at("corp", "ubuntu"),
    at("corp", "ubuntu", "1.0.0"),
    at("corp", "ubuntu", "9.0.0"),
    at("corp", "debian"),
    at("corp", role="Reader"),
    at("corp", "ubuntu", role="Owner"),
    at("gone", "x"),
)
GALLERIES, IMAGES, VERSIONS = r"/galleries\?", r"/corp/images\?", r"/ubuntu/versions\?"
GRANTS = r"/corp/providers/Microsoft.Authorization/roleAssignments\?"
TROUBLES = {
    "unauthorized": Fault(method="GET", status=401, code="ExpiredAuthenticationToken"),
    "forbidden": Fault(method="GET", status=403, code="AuthorizationFailed", message="no\nright"),
    "throttled": Fault(method="GET", status=429, code="TooManyRequests", headers={"Retry-After": "1"}),
    "broken": Fault(method="GET", status=500, code="InternalServerError"),
    "unavailable": Fault(method="GET", status=503, code="ServiceUnavailable"),
    "cut": Fault(method="GET", effect="cut"),
    "dropped": Fault(method="GET", effect="drop"),
}


@pytest.fixture
def corp(estate: Estate) -> Iterator[Estate]:
    estate.gallery("corp")
    estate.definition("corp", "ubuntu")
    estate.version("corp", "ubuntu", "1.0.0")
    estate.grant(at("corp", role="Reader"))
    estate.asked()
    yield estate
    estate.emulator.faults.clear()


def strike(estate: Estate, fault: Fault, path: str) -> LiveState:
    estate.emulator.faults.add(
        Fault(fault.method, path, fault.status, fault.code, fault.message, fault.headers, fault.delay, fault.effect)
    )
    return estate.read(desired(*DECLARED))


def covered(live: LiveState) -> set[Address]:
    return {address for address in DECLARED if any(place.covers(address) for place in live.unread)}


@pytest.mark.parametrize("fault", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize(
    ("path", "under", "extent"),
    [
        (GALLERIES, Scope(SUB, GROUP).key, set(DECLARED)),
        (IMAGES, at("corp").key, set(DECLARED) - {at("gone", "x")}),
        (
            VERSIONS,
            at("corp", "ubuntu").key,
            {at("corp", "ubuntu"), *(at("corp", "ubuntu", name) for name in ("1.0.0", "9.0.0"))}
            | {at("corp", "ubuntu", role="Owner")},
        ),
        (GRANTS, f"{at('corp').key}@", {at("corp", role="Reader"), at("corp", "ubuntu", role="Owner")}),
    ],
    ids=["galleries", "images", "versions", "grants"],
)
def test_a_failed_list_is_unread_below_its_parent_and_nowhere_else(
    corp: Estate, fault: Fault, path: str, under: str, extent: set[Address]
) -> None:
    live = strike(corp, fault, path)
    assert [place.under for place in live.unread] == [under]
    assert covered(live) == extent
    assert not live.absent & extent
    place = live.unread[0]
    assert "\n" not in place.message
    assert place.code
    assert place.hint
    assert place.where


@pytest.mark.parametrize("path", [IMAGES, VERSIONS])
def test_a_parent_whose_children_are_unread_is_itself_read(corp: Estate, path: str) -> None:
    live = strike(corp, TROUBLES["forbidden"], path)
    assert at("corp") in live.resources
    assert at("gone") in live.absent


@pytest.mark.parametrize("fault", TROUBLES.values(), ids=TROUBLES.keys())
@pytest.mark.parametrize(
    ("path", "address"),
    [
        (r"/galleries/gone\?", at("gone", "x")),
        (r"/images/debian\?", at("corp", "debian")),
        (r"/versions/9\.0\.0\?", at("corp", "ubuntu", "9.0.0")),
        (r"/images/ubuntu/providers/.*/roleAssignments/", at("corp", "ubuntu", role="Owner")),
    ],
    ids=["gallery", "image", "version", "grant"],
)
def test_without_its_404_nothing_is_absent(corp: Estate, fault: Fault, path: str, address: Address) -> None:
    live = strike(corp, fault, path)
    assert len(live.unread) == 1
    assert live.unread[0].covers(address)
    assert address not in live.absent
    assert len(live.absent) >= 2


@pytest.mark.parametrize(
    ("fault", "tries"),
    [("unauthorized", 1), ("forbidden", 1), ("throttled", 3), ("broken", 3), ("cut", 3), ("dropped", 3)],
)
def test_only_what_may_pass_is_tried_again_three_times_in_all(corp: Estate, fault: str, tries: int) -> None:
    counted = corp.gateway.calls
    live = strike(corp, TROUBLES[fault], IMAGES)
    assert corp.gateway.calls - counted == live.calls
    # beside the struck list: galleries, grants and the missing gallery
    assert live.calls - 3 == tries


def test_trouble_that_passes_leaves_no_trace(corp: Estate) -> None:
    for effect in (
        Fault(path=IMAGES, status=500, times=1),
        Fault(path=IMAGES, effect="drop", times=1),
        Fault(path=VERSIONS, status=429, headers={"retry-after-ms": "5"}, times=2),
        Fault(path=GRANTS, effect="cut", times=1),
    ):
        corp.emulator.faults.add(effect)
    live = corp.read(desired(*DECLARED))
    assert not live.unread
    assert at("corp", "ubuntu", "1.0.0") in live.resources
    assert at("corp", "debian") in live.absent


def test_azures_advice_is_slept_off_within_ten_seconds(corp: Estate) -> None:
    slept: list[float] = []
    corp.emulator.faults.add(Fault(path=IMAGES, status=429, headers={"Retry-After": "600"}, times=1))
    corp.read(desired(*DECLARED), patience=Patience(sleep=slept.append))
    assert slept == [10]


def test_a_time_out_is_unread(corp: Estate) -> None:
    corp.emulator.faults.add(Fault(path=VERSIONS, delay=2))
    impatient = Estate(corp.emulator, timeout=0.2)
    live = impatient.read(desired(*DECLARED))
    impatient.gateway.close()
    assert [(place.under, place.code) for place in live.unread] == [(at("corp", "ubuntu").key, "NoAnswer")]
    assert "timed out after 0.2 s" in live.unread[0].message


def test_half_a_list_is_no_list(tmp_path: Path) -> None:
    with start(EmulatorSettings(state=tmp_path / "s.db", time_scale=0, page_size=2)) as emulator:
        estate = Estate(emulator)
        estate.gallery("corp")
        estate.definition("corp", "ubuntu")
        versions = estate.versions("corp", "ubuntu", [f"1.0.{number}" for number in range(6)])
        emulator.faults.add(Fault(path=r"/versions\?.*skiptoken", effect="cut"))
        live = estate.read(desired(*versions, at("corp", "ubuntu", "9.9.9")))
        estate.gateway.close()
    assert [place.under for place in live.unread] == [at("corp", "ubuntu").key]
    assert not live.absent
    assert set(live.resources) == {at("corp"), at("corp", "ubuntu")}


@pytest.mark.parametrize(
    ("settings", "code", "hint"),
    [
        ({"groups": "known"}, "ResourceGroupNotFound", "create it first"),
        ({"subscriptions": ("00000000-0000-0000-0000-00000000000f",)}, "SubscriptionNotFound", "mistyped"),
    ],
)
def test_a_mistyped_group_or_subscription_is_unread_with_a_hint(
    tmp_path: Path, settings: dict[str, object], code: str, hint: str
) -> None:
    with start(EmulatorSettings(state=tmp_path / "s.db", **settings)) as emulator:  # type: ignore[arg-type]
        estate = Estate(emulator)
        live = estate.read(desired(*DECLARED))
        estate.gateway.close()
    assert [(place.under, place.code) for place in live.unread] == [(Scope(SUB, GROUP).key, code)]
    assert hint in live.unread[0].hint
    assert not live.absent
    assert live.calls == 1


def test_one_unreadable_group_leaves_the_others_alone(corp: Estate) -> None:
    corp.emulator.faults.add(Fault(path="rg-secret", status=403, code="AuthorizationFailed"))
    scopes = (Scope(SUB, GROUP), Scope(SUB, "rg-secret"))
    live = read(corp.gateway, desired(at("corp")), ReadScope(scopes), patience=AT_ONCE)
    assert at("corp") in live.resources
    assert [place.under for place in live.unread] == [Scope(SUB, "rg-secret").key]


def test_azures_request_id_is_told_for_its_support(corp: Estate) -> None:
    live = strike(corp, TROUBLES["forbidden"], IMAGES)
    assert "x-ms-request-id" in live.unread[0].message
    assert "HTTP 403" in live.unread[0].message
    assert "no right" in live.unread[0].message
    assert live.unread[0].code == "AuthorizationFailed"


def test_a_version_whose_boot_keys_are_unread_is_unread(corp: Estate) -> None:
    keys = {"uefiSettings": {"signatureTemplateNames": ["MicrosoftWindowsTemplate"]}}
    corp.emulator.faults.add(Fault(path="UefiSettings", status=403, code="AuthorizationFailed"))
    version = at("corp", "ubuntu", "1.0.0")
    live = corp.read(desired(version, versions={"securityProfile": keys}))
    assert version not in live.resources
    assert [place.under for place in live.unread] == [version.key]


def test_a_role_that_cannot_be_looked_up_holds_back_its_grants_only(corp: Estate) -> None:
    corp.emulator.faults.add(Fault(path="roleDefinitions", status=403, code="AuthorizationFailed"))
    custom = at("corp", role="Imaginary")
    live = corp.read(desired(at("corp"), custom, at("corp", role="Owner")))
    assert [(place.under, place.code) for place in live.unread] == [(custom.key, "AuthorizationFailed")]
    assert at("corp", role="Owner") in live.absent


class Failing:
    def get_token(self, *_: str, **__: object) -> object:
        raise OSError("no sign-in here")


def test_a_failed_sign_in_ends_the_read_at_once(corp: Estate) -> None:
    gateway = Gateway(corp.gateway.cloud, Failing())
    with pytest.raises(CredentialError, match="no sign-in here"):
        read(gateway, desired(*DECLARED), ReadScope((Scope(SUB, GROUP),)))
    assert gateway.calls == 0
    gateway.close()


def test_one_worker_is_enough_and_no_thread_is_left(corp: Estate) -> None:
    before = threading.active_count()
    live = corp.read(desired(*DECLARED), workers=1)
    assert at("corp", "ubuntu", "1.0.0") in live.resources
    assert not live.unread
    assert threading.active_count() == before
