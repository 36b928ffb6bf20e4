"""Bad days: which faults strike a run, by its dice. Every kind of them passes by itself or is lifted before the end."""

from __future__ import annotations

import random
from collections.abc import Callable

from reconciler.emulator.faults import Fault
from tests.soak.changing import REGIONS, principal

PLACES = ("/versions/", "/images/", "/galleries/", "roleAssignments", "/share")
SOON = {"retry-after-ms": "80"}


def trouble(dice: random.Random) -> list[Fault]:
    """Some faults of different kinds."""
    return [make(dice) for make in dice.sample(KINDS, dice.randrange(3, 6))]


def _throttled(dice: random.Random) -> Fault:
    method, times = dice.choice(("GET", "PUT", "DELETE")), dice.randrange(1, 6)
    return Fault(method, dice.choice(PLACES), 429, "TooManyRequests", headers=SOON, times=times)


def _broken(dice: random.Random) -> Fault:
    status, code = dice.choice(((500, "InternalServerError"), (503, "ServiceUnavailable"), (504, "GatewayTimeout")))
    return Fault(dice.choice(("GET", "PUT", "DELETE")), dice.choice(PLACES), status, code, times=dice.randrange(1, 4))


def _unsent(dice: random.Random) -> Fault:
    """Nothing was done."""
    return Fault(dice.choice(("GET", "PUT", "DELETE", "POST")), effect="drop", times=dice.randrange(1, 4))


def _unanswered(dice: random.Random) -> Fault:
    """It was done, and nobody was told."""
    return Fault(dice.choice(("PUT", "PUT", "DELETE", "POST")), effect="cut", times=dice.randrange(1, 4))


def _late_principal(dice: random.Random) -> Fault:
    return Fault(effect="principal_late", principal=principal(dice.choice((0, 4))), times=dice.randrange(1, 4))


def _failing_region(dice: random.Random) -> Fault:
    return Fault(effect="region_fails", region=dice.choice(REGIONS[1:]))


def _slow_region(dice: random.Random) -> Fault:
    return Fault(effect="region_slow", region=dice.choice(REGIONS), factor=3)


def _failing_operation(dice: random.Random) -> Fault:
    return Fault("PUT", dice.choice(PLACES[:2]), effect="operation_fails", code="Broken", times=dice.randrange(1, 3))


def _lost_operation(_: random.Random) -> Fault:
    return Fault("GET", "capsOperations", effect="operation_lost", times=2)


KINDS: tuple[Callable[[random.Random], Fault], ...] = (
    *(_throttled, _broken, _unsent, _unanswered, _late_principal),
    *(_failing_region, _slow_region, _failing_operation, _lost_operation),
)
