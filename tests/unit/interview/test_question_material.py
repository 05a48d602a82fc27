"""The local writer's material is complete in both languages."""

import re

from services.interview.local_material import load_material
from services.interview.model import DIFFICULTIES, TYPES
from shared.generation.model import CATEGORIES
from shared.resume_profile.vocabulary import default_vocabulary

PLACEHOLDER = re.compile(r"\{(\w+)(?::[^}]+)?\}")


def test_every_scenario_is_complete_in_both_languages() -> None:
    """Words of the closed lists, the same placeholders in both languages, three points that a good answer covers."""
    scenarios = [scenario for group in load_material().scenarios.values() for scenario in group]

    odd = [
        scenario.question["ko"]
        for scenario in scenarios
        if scenario.type not in TYPES
        or scenario.category not in CATEGORIES
        or not set(scenario.levels) <= set(DIFFICULTIES)
        or set(PLACEHOLDER.findall(scenario.question["ko"])) != set(PLACEHOLDER.findall(scenario.question["en"]))
        or [len(scenario.covers[language]) for language in ("ko", "en")] != [3, 3]
    ]

    assert len(scenarios) >= 230
    assert odd == []


def test_groups_are_made_of_terms_that_exist() -> None:
    """Every term and family that the material names is one of the vocabulary, and every group has scenarios."""
    material, terms = load_material(), default_vocabulary().terms

    names, families = {term.name for term in terms}, {term.family for term in terms}

    assert material.groups.keys() | material.dull <= names
    assert material.families.keys() <= families
    assert {*material.groups.values(), *material.families.values()} <= material.scenarios.keys()
    assert material.reasons.keys() == material.bare_reasons.keys() == set(TYPES)


def test_whoever_says_little_can_be_asked_about_everything() -> None:
    """The scenarios that need no skill offer every type at every level, so that any mix can be made of them."""
    scenarios = load_material().scenarios["statement"]

    offered = {(scenario.type, level) for scenario in scenarios for level in scenario.levels}

    assert offered == {(kind, level) for kind in TYPES for level in DIFFICULTIES}


def test_every_family_can_be_asked_in_three_ways() -> None:
    """A family of skills has scenarios of at least three types, so that one skill alone does not repeat itself."""
    groups = load_material().scenarios

    poor = [name for name, scenarios in groups.items() if len({scenario.type for scenario in scenarios}) < 3]

    assert poor == []
