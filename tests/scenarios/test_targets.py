"""Several targets in one run: each has its own section and entry, none spoils another, one exit code for all."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from reconciler.emulator.faults import Fault
from tests.support.commands import Ran, Shell
from tests.support.estates import GALLERY, IMAGE, versions
from tests.support.workbench import Workbench

FINE = GALLERY.replace("corp", "fine") + IMAGE + versions("1.0.0")
BROKEN = GALLERY.replace("corp", "broken").replace("description", "descripton")
STRAY = GALLERY.replace("corp", "stray")


def target(name: str, more: str = "", prune: str = "off") -> str:
    lines = [f"- name: {name}", f"  source: {{path: manifests/{name}}}", f"  prune: {prune}"]
    return "\n".join((*lines, *(f"  {line}" for line in filter(None, more.split("\n"))))) + "\n"


def settings(bench: Workbench, *targets: str, before: str = "") -> None:
    text = f"{before}targets:\n{textwrap.indent(''.join(targets), '  ')}"
    (bench.folder.parent / "reconciler.yaml").write_text(text, encoding="utf-8")


def put(bench: Workbench, name: str, text: str) -> None:
    (bench.folder / name).mkdir(exist_ok=True)
    bench.write(text, f"{name}/gallery.yaml")


@pytest.fixture
def three(bench: Workbench) -> Workbench:
    """A target with broken manifests, one that is refused, and one that is fine."""
    put(bench, "broken", BROKEN)
    put(bench, "refused", STRAY)
    put(bench, "fine", FINE)
    settings(bench, target("broken"), target("refused", "scope: {galleries: [other]}"), target("fine"))
    return bench


def entries(ran: Ran) -> dict[str, dict[str, object]]:
    assert list(ran.document) == ["schemaVersion", "targets"]
    return {entry["name"]: entry for entry in ran.document["targets"]}


def galleries(bench: Workbench) -> set[str]:
    return {key.split("/")[0] for key in bench.ids() if not key.startswith("/")}


def test_one_broken_and_one_refused_target_do_not_spoil_a_plan(three: Workbench, shell: Shell) -> None:
    ran = shell.run("plan")

    assert ran.code == 3
    broken, refused, fine = (ran.out.index(f"target {name}") for name in ("broken", "refused", "fine"))
    assert broken < refused < fine
    assert "invalid, the manifests cannot be used" in ran.out[:refused]
    assert "refused OutsideScope" in ran.out[refused:fine]
    assert "3 to create" in ran.out[fine:]
    assert "targets: broken invalid · refused refused · fine done" in ran.out
    assert "descripton" in ran.err
    assert not three.written()


@pytest.mark.usefixtures("three")
def test_the_document_of_several_targets_has_an_entry_for_each(shell: Shell) -> None:
    ran = shell.run("plan", "-o", "json")
    found = entries(ran)

    assert ran.code == 3
    assert found["broken"]["error"]["exitCode"] == 3  # type: ignore[index]
    assert found["broken"]["diagnostics"]
    assert [one["rule"] for one in found["refused"]["plan"]["refusals"]] == ["OutsideScope"]  # type: ignore[index]
    assert found["fine"]["plan"]["summary"]["create"] == 3  # type: ignore[index]
    assert found["fine"]["plan"]["target"]["name"] == "fine"  # type: ignore[index]


def test_an_apply_carries_out_what_is_fine_and_nothing_else(three: Workbench, shell: Shell) -> None:
    ran = shell.run("apply", "--yes", "-o", "json")

    found = entries(ran)
    assert ran.code == 3
    assert galleries(three) == {"fine"}
    assert {"name", "error", "diagnostics"} == set(found["broken"])
    assert found["refused"]["report"] is None
    results = found["fine"]["report"]["results"]  # type: ignore[index]
    assert {one["outcome"] for one in results} == {"succeeded"}
    again = shell.run("plan", "--target", "fine", "--detailed-exitcode")
    assert again.code == 0
    assert "No changes. 3 unchanged" in again.out


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("names", "code"), [(("fine",), 0), (("refused", "fine"), 4), (("broken", "refused", "fine"), 3)], ids=str
)
def test_the_exit_code_is_the_gravest(shell: Shell, names: tuple[str, ...], code: int) -> None:
    chosen = [word for name in names for word in ("--target", name)]

    assert shell.run("plan", *chosen).code == code
    assert shell.run("validate", *chosen).code == (3 if "broken" in names else 0)


def test_a_target_that_cannot_be_read_stands_for_itself(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine"), target("refused"))
    three.emulator.faults.add(Fault(method="GET", path="/fine/", status=403, code="AuthorizationFailed", message="no"))
    put(three, "fine", FINE.replace("fine", "corp"))
    three.emulator.faults.add(Fault(method="GET", path=r"galleries/corp", status=403, code="AuthorizationFailed"))

    ran = shell.run("apply", "--yes", "-o", "json")

    assert ran.code == 1
    assert galleries(three) == {"stray"}


def test_a_target_whose_sign_in_fails_stands_for_itself(three: Workbench, shell: Shell) -> None:
    settings(
        three,
        target("refused", "cloud: AzureCloud\ncredential: {type: client-secret}"),
        target("fine", "cloud: emulator"),
    )

    ran = shell.run("plan", "-o", "json", RECONCILER_CLOUD="")

    found = entries(ran)
    assert ran.code == 1
    assert "tenantId" in found["refused"]["error"]["message"]  # type: ignore[index]
    assert found["fine"]["plan"]["summary"]["create"] == 3  # type: ignore[index]


def test_a_target_that_only_plans_publishes_its_plan_and_writes_nothing(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine", "mode: plan"), target("refused"))

    ran = shell.run("apply", "--yes")

    assert ran.code == 0
    assert galleries(three) == {"stray"}
    assert "mode: plan, so nothing is written" in ran.err
    document = shell.run("apply", "manifests/fine", "--yes", "-o", "json").document
    assert document["report"] is None
    assert document["plan"]["summary"]["create"] == 3


@pytest.mark.usefixtures("three")
def test_a_path_that_is_a_targets_source_has_its_settings_and_a_document_of_its_own(shell: Shell) -> None:
    ran = shell.run("plan", "manifests/refused", "-o", "json")

    assert ran.code == 4
    assert ran.document["target"]["name"] == "refused"
    assert ran.document["target"]["allowed"]["galleries"] == ["other"]
    part = shell.run("plan", "manifests/refused/gallery.yaml", "-o", "json")
    assert part.code == 4
    assert part.document["target"]["allowed"]["galleries"] == ["other"]


def test_a_target_prunes_as_it_says_itself_and_only_inside_its_scope(bench: Workbench, shell: Shell) -> None:
    put(bench, "two", GALLERY.replace("corp", "two"))
    scopes = [
        target(name, f"scope: {{galleries: ['{name}*']}}", prune) for name, prune in (("one", "on"), ("two", "on"))
    ]
    settings(bench, *scopes)
    put(bench, "one", GALLERY.replace("corp", "one_a") + "---" + GALLERY.replace("corp", "one_b"))
    assert shell.run("apply", "--yes").code == 0
    assert galleries(bench) == {"one_a", "one_b", "two"}
    put(bench, "one", GALLERY.replace("corp", "one_a"))

    ran = shell.run("apply", "--yes", RECONCILER_PRUNE="off")

    assert ran.code == 0, ran.out + ran.err
    assert galleries(bench) == {"one_a", "two"}


def test_prune_off_in_one_target_refuses_the_flag_for_it_alone(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine"), target("refused", prune="confirm"))

    found = entries(shell.run("plan", "--prune", "-o", "json"))

    assert "prune: off" in found["fine"]["error"]["message"]  # type: ignore[index]
    assert found["refused"]["plan"]["summary"]["create"] == 1  # type: ignore[index]


@pytest.mark.usefixtures("three")
def test_status_and_validate_have_a_section_for_each_target(shell: Shell) -> None:
    shell.run("apply", "--yes")

    status = shell.run("status", "--target", "fine", "--target", "refused", "-o", "json")
    valid = shell.run("validate", "-o", "json")

    found = entries(status)
    assert {one["health"] for one in found["fine"]["resources"]} == {"Healthy"}  # type: ignore[attr-defined]
    assert {one["health"] for one in found["refused"]["resources"]} == {"Missing"}  # type: ignore[attr-defined]
    assert [entry["valid"] for entry in entries(valid).values()] == [False, True, True]
    assert "target fine\nvalid: 1 gallery" in shell.run("validate").out


@pytest.mark.usefixtures("three")
def test_a_command_about_one_thing_asks_which_target(shell: Shell) -> None:
    ran = shell.run("show")

    assert ran.code == 64
    assert "--target" in ran.err
    assert shell.run("show", "--target", "fine").document["resources"]
    assert shell.run("plan", "--target", "fnie").code == 64


def test_wrong_settings_stop_every_target(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine", "mode: dry"), target("refused"))

    ran = shell.run("apply", "--yes")

    assert ran.code == 3
    assert "reconciler.yaml:5:5" in ran.err
    assert "'plan' or 'apply'" in ran.err
    assert not three.written()


def test_settings_show_what_counts_for_a_target(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine", "limits: {maxDeletes: 3}"), target("refused"), before="workers: 2\n")

    whole = shell.run("settings")
    one = shell.run("settings", "show", "--target", "fine", "--origin")
    plain = shell.run("settings", "show", "manifests/fine")

    assert "targets[0].limits.maxDeletes" in whole.out
    assert "reconciler.yaml:6:14" in whole.out
    rows = {line.split()[0]: line.split()[1:] for line in one.out.splitlines()}
    assert rows["limits.maxDeletes"] == ["3", "reconciler.yaml:6:14"]
    assert rows["workers"] == ["2", "reconciler.yaml:1:1"]
    assert "reconciler.yaml" not in plain.out
    assert {"setting", "value"} == set(shell.run("settings", "show", "-o", "json").document[0])


def test_the_folder_of_the_settings_is_where_targets_are_looked_for(three: Workbench, shell: Shell) -> None:
    outside = three.folder.parent / "reconciler.yaml"
    elsewhere = three.folder.parent / "repo"
    elsewhere.mkdir()
    (elsewhere / "manifests").symlink_to(three.folder, target_is_directory=True)
    moved = Path(elsewhere / "reconciler.yaml")
    outside.rename(moved)

    ran = shell.run("plan", "--settings", str(moved), "--target", "fine")

    assert ran.code == 0, ran.err
    assert "3 to create" in ran.out


RULES = """ignore:
  - {path: description, address: rg-images/fine, reason: the tool beside us}
  - {path: tags.nobody, reason: a leftover}
"""


def test_an_unused_rule_for_all_targets_is_told_once_and_only_where_all_were_planned(
    bench: Workbench, shell: Shell
) -> None:
    put(bench, "fine", FINE)
    put(bench, "refused", STRAY)
    own = "ignore: [{path: tags.own, reason: of one target}]"
    settings(bench, target("fine", own), target("refused"), before=RULES)

    both, one = shell.run("plan"), shell.run("plan", "--target", "refused")
    part = shell.run("plan", "manifests/fine/gallery.yaml")

    assert both.err.count("tags.nobody names no field") == 1
    assert both.err.count("tags.own names no field") == 1
    assert "description" not in both.err + one.err
    assert "names no field" not in one.err
    assert part.code == 0
    assert "names no field" in shell.run("plan", "manifests/fine").err
    assert "names no field" not in part.err or "tags.nobody" not in part.err


def test_settings_show_what_a_run_with_these_flags_would_use(three: Workbench, shell: Shell) -> None:
    settings(three, target("fine", prune="confirm"), target("refused"))
    (three.folder / "fine" / "more").mkdir()

    ran = shell.run("settings", "show", "--origin", "--target", "fine", "--prune", "--scope", "rg-more")
    part = shell.run("settings", "show", "--origin", "manifests/fine/gallery.yaml")

    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in ran.out.splitlines()}
    assert rows["prune"] == "on flag --prune"
    assert "rg-more" in rows["scopes"]
    assert "flag --scope" in rows["scopes"]
    assert "off a part of target fine" in " ".join(part.out.split())
    assert shell.run("settings", "show", "--target", "refused", "--prune").code == 64
    assert shell.run("settings", "show", "--prune").code == 64
