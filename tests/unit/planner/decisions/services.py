"""The recycle bin and sharing: what a gallery does besides holding images."""

from __future__ import annotations

from dataclasses import replace

from tests.support.estates import GALLERY, versions
from tests.unit.planner.decisions.bends import all_of, bent, binned, sharing, tagged, without
from tests.unit.planner.decisions.case import CAUTIOUS, Case
from tests.unit.planner.decisions.texts import KEEPING, shared

BIN = (
    Case(
        "restored",
        KEEPING,
        KEEPING,
        bend=all_of(without("corp/ubuntu/1.0.0"), binned(("1.0.0", "2026-11-20T00:00:00Z", "2026-11-25T00:00:00Z"))),
    ),
    Case(
        "too late to restore",
        KEEPING,
        KEEPING,
        bend=all_of(without("corp/ubuntu/1.0.0"), binned(("1.0.0", "2026-11-01T00:00:00Z", "2026-11-25T00:00:00Z"))),
    ),
    Case(
        "too late to restore, nobody knows until when it is kept",
        KEEPING,
        KEEPING,
        bend=all_of(without("corp/ubuntu/1.0.0"), binned(("1.0.0", "2026-10-01T00:00:00Z", ""))),
    ),
    Case(
        "a definition held by as many as are shown",
        KEEPING,
        KEEPING.split("images:")[0],
        bend=binned(*((f"2.{number}.0", "", "2026-11-25T00:00:00Z") for number in range(3))),
    ),
    Case("restored, no dates", KEEPING, KEEPING, bend=all_of(without("corp/ubuntu/1.0.0"), binned(("1.0.0", "", "")))),
    Case(
        "a definition held by the bin",
        KEEPING,
        KEEPING.split("images:")[0],
        bend=binned(*((f"2.{number}.0", "", "2026-11-25T00:00:00Z") for number in range(7))),
    ),
    Case(
        "a gallery held by the bin",
        KEEPING,
        "",
        replace(CAUTIOUS, allow_empty=True),
        bend=binned(("0.1.0", "2026-11-20T00:00:00Z", "")),
    ),
    Case("held by what goes", KEEPING, KEEPING.split("images:")[0]),
    Case(
        "a failed one cannot go",
        KEEPING,
        KEEPING.replace(versions("1.0.0", "1.1.0"), versions("1.1.0")),
        bend=bent("corp/ubuntu/1.0.0", state="Failed"),
    ),
)

SHARING = (
    Case("shared anew", None, shared(1, 2)),
    Case("shared with more", shared(1), shared(1, 2, 3)),
    Case("shared with less", shared(1, 2, 3), shared(2)),
    Case("shared with others", shared(1, 2), shared(2, 3)),
    Case("shared with too many at once", shared(*range(30)), shared(*range(20, 50))),
    Case("shared and described", shared(1), shared(2).replace("Golden", "New")),
    Case("groups not declared", shared(1), GALLERY),
    Case("others share", shared(1, 2), shared(2, 3), bend=sharing(1, 2)),
    Case("more share", shared(1, 2), shared(1, 2, 3), bend=sharing(1, 2)),
    Case("too many others share", shared(*range(30)), shared(*range(20, 50)), bend=sharing(*range(30))),
    Case("all others share, too many", shared(*range(30)), shared(*range(30, 60)), bend=sharing(*range(30))),
    Case("shared and failed", shared(1), shared(2), bend=bent("corp", state="Failed")),
    Case(
        "shared and adopted",
        shared(1),
        shared(2),
        replace(CAUTIOUS, adopt=frozenset({"all"})),
        bend=tagged("corp", reconciler__owner=None),
    ),
)
