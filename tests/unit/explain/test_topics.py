"""One question, one answer: every field, policy, rule, reason and code can be asked for, and none is guessed."""

from __future__ import annotations

import pytest

from reconciler.errors import UsageError
from reconciler.explain.entry import Topic
from reconciler.explain.fields import all_rows, rows_of
from reconciler.explain.policies import MEANINGS, policy_rows
from reconciler.explain.reasons import REASONS
from reconciler.explain.refusals import REFUSALS
from reconciler.explain.topics import explain, topics
from reconciler.kinds.registry import KINDS
from reconciler.kinds.role_assignment import AccessItem
from reconciler.kinds.rules import RULE_WORDS, Rule
from reconciler.kinds.shape import Spec, leaves
from reconciler.manifest.policy import WORDS
from reconciler.model.address import Kind
from reconciler.model.plan import Reason, RefusalRule
from reconciler.render.explain_text import entries_text, topics_text
from reconciler.render.layout import columns
from reconciler.render.paint import Page

EVERYTHING = [name for names in topics().values() for name in names]


def refused(question: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        explain(question)
    return caught.value


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.ROLE_ASSIGNMENT])
def test_every_field_of_a_kind_is_a_row_with_the_rule_it_is_compared_by(kind: Kind) -> None:
    rows = {row.path.removesuffix("[]").removesuffix(".*"): row for row in rows_of(kind)}

    for slot in leaves(KINDS[kind].shape):
        row = rows[slot.path]
        assert (row.rule, row.fact) == (str(slot.field.rule), slot.field.fact)


def test_access_is_explained_as_manifests_write_it_and_by_the_names_azure_gives_it() -> None:
    assert [row.path for row in rows_of(Kind.ROLE_ASSIGNMENT) if "." not in row.path] == list(AccessItem.model_fields)
    for asked in ("RoleAssignment.principalType", "principalType", "roleassignment.principal.TYPE"):
        (entry,) = explain(asked)
        assert entry.name == "RoleAssignment.principal.type"


def test_every_refusal_rule_reason_field_rule_and_policy_has_an_explanation() -> None:
    assert set(REFUSALS) == set(RefusalRule)
    assert set(REASONS) == set(Reason)
    assert set(RULE_WORDS) == set(Rule)
    assert set(MEANINGS) == set(WORDS)
    for row in policy_rows():
        assert set(MEANINGS[row.path][1]) == set(row.choices)


@pytest.mark.parametrize("name", EVERYTHING)
def test_everything_that_is_listed_can_be_asked_for_in_any_case(name: str) -> None:
    for asked in (name, name.upper(), name.lower()):
        assert any(entry.name.lower() == name.lower() and entry.means for entry in explain(asked))


@pytest.mark.parametrize("row", all_rows(), ids=lambda row: row.name)
def test_every_field_can_be_asked_for_by_its_whole_name(row: object) -> None:
    (entry,) = explain(getattr(row, "name", ""))

    assert entry.name == getattr(row, "name", "")
    assert {"type", "rule", "null", "fact"} <= set(entry.details)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("targetRegions", "ImageVersion.publishingProfile.targetRegions[]"),
        (
            "publishingProfile.targetRegions[westus2].regionalReplicaCount",
            "ImageVersion.publishingProfile.targetRegions[].regionalReplicaCount",
        ),
        ("ImageVersion.spec.safetyProfile", "ImageVersion.safetyProfile"),
        ("gallery.properties.description", "Gallery.description"),
        ("Gallery.tags.team", "Gallery.tags"),
        ("onimmutablechange", "policy.onImmutableChange"),
    ],
)
def test_short_and_spelt_out_names_mean_one_field(asked: str, name: str) -> None:
    assert [entry.name for entry in explain(asked)] == [name]


def test_a_name_of_several_fields_is_answered_with_all_their_names() -> None:
    error = refused("endOfLifeDate")

    assert error.exit_code == 64
    assert error.hint == "name one: ImageDefinition.endOfLifeDate, ImageVersion.publishingProfile.endOfLifeDate"


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("ImageVersoin", "ImageVersion"),
        ("targetRegion", "ImageVersion.publishingProfile.targetRegions"),
        ("PropertyChangeNotAllowd", "PropertyChangeNotAllowed"),
        ("duplicate-kee", "duplicate-key"),
        ("Imutable", "Immutable"),
        ("policy.onDrft", "policy.onDrift"),
    ],
)
def test_an_unknown_name_is_met_with_near_ones(asked: str, near: str) -> None:
    assert f"“{near}”" in refused(asked).hint


def test_nonsense_is_met_with_the_way_to_the_list() -> None:
    assert "`reconciler explain`" in refused("zzzzzzzzzz").hint
    assert "`reconciler explain`" in refused("").hint
    assert "`reconciler explain`" in refused("." * 300).hint


def test_a_word_of_two_vocabularies_is_explained_by_both() -> None:
    assert {entry.topic for entry in explain("protected")} == {Topic.REFUSAL, Topic.REASON}
    assert {entry.topic for entry in explain("Immutable")} == {Topic.REFUSAL, Topic.RULE}


def test_a_field_says_default_need_merge_and_whether_null_clears_it() -> None:
    (features,) = explain("ImageDefinition.features")
    (count,) = explain("ImageVersion.publishingProfile.replicaCount")
    (name,) = explain("ImageVersion.publishingProfile.targetRegions.name")

    assert features.details["merge"].startswith("by key")
    assert "told apart by name" in features.details["merge"]
    assert features.details["null"] == "clears it"
    assert "means 1" in count.details["absent"]
    assert name.details["needed"] == "every entry needs it"
    assert name.details["null"] == "is refused"


def test_a_new_field_appears_by_itself() -> None:
    assert issubclass(KINDS[Kind.GALLERY].model, Spec)
    assert {row.path.partition(".")[0].removesuffix("[]") for row in rows_of(Kind.GALLERY)} == set(
        KINDS[Kind.GALLERY].model.model_fields
    )


@pytest.mark.parametrize("width", [60, 80, 120, 160])
def test_no_line_of_an_explanation_is_wider_than_its_page(width: int) -> None:
    page = Page(width)
    text = topics_text(topics(), page) + "".join(entries_text(explain(name), page) for name in EVERYTHING)

    assert [line for line in text.split("\n") if columns(line) > width] == []
