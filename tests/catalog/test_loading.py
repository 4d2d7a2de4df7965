"""The catalogue: 36 items, whole or not at all."""

import json
from decimal import Decimal

import pytest

from relief.catalog.loading import SOURCE, SUBSTITUTES, WrongCatalogue, load_catalog
from relief.catalog.models import Item, Substitute
from relief.catalog.queries import by_code, items, substitutes

pytestmark = pytest.mark.django_db


def test_the_catalogue_has_its_36_items_in_order():
    assert load_catalog() == 36
    assert [item.code for item in items()][:2] == ["TENT-12S", "TENT-12W"]
    quilt = by_code()["QUILT"]
    assert (quilt.name, quilt.unit, quilt.kg, quilt.m3) == (
        "棉被",
        "床",
        Decimal("3.0"),
        Decimal("0.02"),
    )
    assert Item.objects.get(code="WATT").life_months is None


def test_loading_again_changes_the_same_items():
    load_catalog()
    first = dict(Item.objects.values_list("code", "id"))
    Item.objects.filter(code="QUILT").update(kg=1)
    load_catalog()
    assert dict(Item.objects.values_list("code", "id")) == first
    assert Item.objects.get(code="QUILT").kg == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kg": "0"}, "kg must be above 0, 0 came"),
        ({"category": "toys"}, "toys"),
        ({"name_en": ""}, "name_en is missing"),
        ({"code": "QUILT"}, "QUILT: given twice"),
    ],
)
def test_a_wrong_row_loads_nothing(tmp_path, change, sentence):
    rows = json.loads(SOURCE.read_text("utf-8"))
    rows[0] |= change
    wrong = tmp_path / "catalog.json"
    wrong.write_text(json.dumps(rows), "utf-8")
    with pytest.raises(WrongCatalogue, match=sentence):
        load_catalog(source=wrong)
    assert not Item.objects.exists()


def test_substitutes_come_in_the_order_of_their_file():
    load_catalog()
    found = [(one.use.code, one.ratio) for one in substitutes(instead_of={"TENT-12S"})]
    assert found == [("TENT-36S", 3), ("TENT-12W", 1), ("TENT-36W", 3)]
    assert substitutes(instead_of={"QUILT"}) == []


def test_loading_again_replaces_the_whole_list_of_substitutes(tmp_path):
    load_catalog()
    rows = json.loads(SUBSTITUTES.read_text("utf-8"))
    shorter = tmp_path / "substitutes.json"
    shorter.write_text(json.dumps([rows[0] | {"ratio": 2}]), "utf-8")
    load_catalog(substitutes=shorter)
    assert [(one.use.code, one.ratio) for one in Substitute.objects.all()] == [("TENT-36S", 2)]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"use": "TENT-99"}, "no item TENT-99 in the catalogue"),
        ({"use": "TENT-12S"}, "an item cannot replace itself"),
        ({"use": "TENT-12W"}, "TENT-12W for TENT-12S: given twice"),
        ({"ratio": 0}, "ratio must be a whole number above 0, 0 came"),
        ({"ratio": 1.5}, "ratio must be a whole number above 0, 1.5 came"),
        ({"note": ""}, "note is missing"),
    ],
)
def test_a_wrong_substitute_loads_nothing(tmp_path, change, sentence):
    rows = json.loads(SUBSTITUTES.read_text("utf-8"))
    wrong = tmp_path / "substitutes.json"
    wrong.write_text(json.dumps([rows[0] | change, *rows[1:]]), "utf-8")
    with pytest.raises(WrongCatalogue, match=sentence):
        load_catalog(substitutes=wrong)
    assert not Item.objects.exists() and not Substitute.objects.exists()
