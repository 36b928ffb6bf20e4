"""What the command line looks up before a first write, by whose rights and of which clouds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.live.gateway import Gateway
    from reconciler.reconcile import Planned
    from reconciler.settings import Settings


def checked(planned: Planned, gateway: Gateway, settings: Settings, *, writing: bool = False) -> Planned:
    """The plan with what Azure would refuse of it; where it is about to be carried out (`writing`), sources as well.

    They are looked for in Azure's own clouds alone: the emulator takes any source for there. With `checks: off`
    nothing is looked up, for the day on which Azure's lists are wrong. Raises CredentialError.
    """
    if settings.checks == "off":
        return planned
    from reconciler.live.cloud import OWN_ENDPOINT
    from reconciler.reconcile import check_pass

    as_writer = writing or not settings.planCredential.stated
    sources = writing and settings.cloud.lower() not in OWN_ENDPOINT
    return check_pass(planned, gateway, as_writer=as_writer, sources=sources, workers=settings.workers)
