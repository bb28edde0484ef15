"""Settings dataclasses: limits, text, JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from engine.errors import InvalidSetting
from engine.options import check, from_mapping, option, options, parse


@dataclass(frozen=True)
class Inner:
    share: float = option(0.5, "Share", "A share.", minimum=0, maximum=1)
    kind: str = option("a", "Kind", "A kind.", choices=("a", "b"))
    loud: bool = option(False, "Loud", "Or not.")
    count: int = option(1, "Count", "How many.", minimum=1)


@dataclass(frozen=True)
class Outer:
    inner: Inner = field(default_factory=Inner)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"share": 1.5}, "at most 1"),
        ({"share": float("nan")}, "at least 0"),
        ({"kind": "c"}, "a, b"),
        ({"count": 0}, "at least 1"),
    ],
)
def test_values_outside_their_limits_are_named(values, words):
    with pytest.raises(InvalidSetting, match=words):
        check(Inner(**values))


def test_text_becomes_the_type_of_the_field():
    assert parse(Inner, "share", "0.25") == 0.25
    assert parse(Inner, "loud", "yes") is True
    assert parse(Inner, "count", "7") == 7
    with pytest.raises(InvalidSetting, match="whole number"):
        parse(Inner, "count", "7.5")
    with pytest.raises(InvalidSetting, match="yes or no"):
        parse(Inner, "loud", "maybe")


def test_json_round_trip_refuses_unknown_names_and_wrong_types():
    assert from_mapping(Outer, {"inner": {"share": 1, "kind": "b"}}) == Outer(Inner(1.0, "b"))
    with pytest.raises(InvalidSetting, match="newer version"):
        from_mapping(Outer, {"inner": {"colour": 1}})
    with pytest.raises(InvalidSetting, match="Expected a number"):
        from_mapping(Outer, {"inner": {"share": "much"}})
    with pytest.raises(InvalidSetting, match="group of settings"):
        from_mapping(Outer, {"inner": 3})


def test_every_field_has_its_option():
    assert [name for name, _ in options(Inner)] == ["share", "kind", "loud", "count"]
