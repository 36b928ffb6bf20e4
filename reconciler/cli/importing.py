"""import: what is live as manifests, in one stream or as files; on standard error what is missing from them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.console import say, tell, tell_diagnostics, tell_safely
from reconciler.cli.flags import ConnectionFlags, spread
from reconciler.cli.inspection import NOUNS, now
from reconciler.cli.wall import walled
from reconciler.errors import ExitCode

if TYPE_CHECKING:
    from reconciler.app import Request
    from reconciler.importing import Imported
    from reconciler.settings import Settings

GalleryOption = Annotated[
    list[str] | None,
    typer.Option("--gallery", metavar="GLOB", help="Only galleries of this name, * and ? allowed; repeatable."),
]
FromScopeOption = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SUB/GROUP", help="Import this resource group; repeatable."),
]
OutOption = Annotated[
    str | None,
    typer.Option("--out", metavar="FOLDER", help="Write files there; default: one stream to standard output."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files of the same names.")]
UefiOption = Annotated[bool, typer.Option("--uefi", help="Ask for the boot keys of every version, one request each.")]
PartialOption = Annotated[bool, typer.Option("--partial", help="Import the rest when something cannot be read.")]


@walled
@spread
def import_(
    flags: ConnectionFlags,
    scope: FromScopeOption = None,
    gallery: GalleryOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    uefi: UefiOption = False,
    partial: PartialOption = False,
) -> int:
    """Write manifests of what is live, whose plan is empty. Changes nothing in Azure.

    Exit 5 when something was left out, each named on standard error; 1, and nothing written, when something could
    not be read (--partial imports the other galleries).
    """
    from reconciler.app import Overrides, import_scopes, layered_settings, options_of
    from reconciler.cli.connection import connected
    from reconciler.importing import import_pass
    from reconciler.live.everything import Everything
    from reconciler.model.plan import Target

    request = _request(flags, scope, out)
    settings = layered_settings(request, os.environ).settings
    target = Target("import", settings.cloud, settings.instance or "", import_scopes(request, settings))
    everything = Everything(tuple(gallery or ()), boot_keys=uefi)
    with connected(settings) as gateway:
        imported = import_pass(gateway, everything, options_of(settings, Overrides()), target, now=now())
    _tell_missing(imported)
    if not _sound(imported) or (imported.unread and not partial):
        tell("error: nothing was written")
        return ExitCode.FAILED
    _hand_over(imported, out, settings, force=force)
    return ExitCode.PARTIAL if imported.omissions or imported.unread else ExitCode.DONE


def _request(flags: ConnectionFlags, scope: list[str] | None, out: str | None) -> Request:
    """Settings are looked for beside the manifests to be; they need not be there."""
    from reconciler.app import Request

    chosen = {
        "subscription": flags.subscription,
        "resourceGroup": flags.resource_group,
        "instance": flags.instance,
        "cloud": flags.cloud,
    }
    stated = {name: value for name, value in chosen.items() if value is not None}
    return Request(out or ".", stated, flags.settings, tuple(scope or ()))


def _tell_missing(imported: Imported) -> None:
    """Say what is not in the manifests, and why."""
    for place in imported.unread:
        tell_safely(f"unread: {place.where}: {place.code}: {place.message}")
        if place.hint:
            tell_safely(f"  hint: {place.hint}")
    for omission in imported.omissions:
        what = f"left out: {omission.address} {omission.path}" if omission.path else f"skipped: {omission.address}"
        tell_safely(f"{what}: {omission.reason}")
    for address, path in imported.emission.bare:
        tell_safely(f"warning: {address} {path} is an address with a query: see that it holds no secret")
    for address in imported.exposed:
        tell_safely(f"warning: {address} is owned by this instance, and what is not declared goes with --prune")
    unknown = imported.emission.unknown
    if unknown:
        noun, verb = ("field", "is") if unknown == 1 else ("fields", "are")
        tell(f"{unknown} live {noun} newer than this version {verb} left out: not declared is not managed")


def _sound(imported: Imported) -> bool:
    """Whether the manifests are valid and plan nothing; what is wrong is told."""
    from reconciler.render.words import value_words

    tell_diagnostics(imported.emission.diagnostics)
    for each in imported.differences:
        change = each.change
        if change is None:
            tell_safely(f"differs: {each.address}: {each.message}")
            continue
        before, after = value_words(change.before), value_words(change.after)
        tell_safely(f"differs: {each.address} {change.dotted}: {before} → {after}")
    return not imported.differences and not imported.emission.diagnostics


def _hand_over(imported: Imported, out: str | None, settings: Settings, *, force: bool) -> None:
    from reconciler.cli.manifest_files import layout, write_all
    from reconciler.render.words import count_words, safe

    galleries = imported.emission.galleries
    if not galleries:
        tell("no galleries to import")
        return
    counts: dict[str, int] = {}
    for address in imported.emission.desired.resources:
        counts[address.kind] = counts.get(address.kind, 0) + 1
    told = ", ".join(count_words(counts[kind], NOUNS[kind]) for kind in NOUNS if kind in counts)
    if out is None:
        say("---\n".join(each.standing for each in galleries))
        tell(f"imported {told}")
        return
    files = layout(galleries, Path(out))
    write_all(files, Path(out), force=force)
    say("".join(f"{safe(str(path))}\n" for path in files))
    tell(f"imported {told}")
    _advise(out, settings)


def _advise(out: str, settings: Settings) -> None:
    """What comes next; the settings are the reader's to choose."""
    if settings.instance is None:
        tell_safely(f"next: choose a name for this installation and put it into {Path(out) / 'reconciler.yaml'}:")
        tell("    instance: NAME")
        tell_safely(f"    cloud: {settings.cloud}")
    tell_safely(
        f"then: reconciler plan {out} --adopt all  # plans nothing; what you change then is adopted as it is written"
    )
