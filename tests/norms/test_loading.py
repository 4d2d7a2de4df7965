"""Loading the norm files: whole or not at all, and never twice."""

import json
import shutil

import pytest

from relief.norms.loading import SOURCE, WrongNorms, load_norms
from relief.norms.models import Document, GoodsNorm, Norm, TaskNorm, Threshold, ThresholdProfile


def counts() -> list[int]:
    return [
        model.objects.count()
        for model in (Document, Norm, GoodsNorm, TaskNorm, ThresholdProfile, Threshold)
    ]


def test_loading_again_adds_nothing(world):
    before = counts()
    load_norms(area=world.area("Eastsea Prefecture"))
    assert counts() == before


def test_loading_again_brings_a_changed_row_back(world):
    Norm.objects.filter(key="plan.horizon").update(numerator=1)
    load_norms(area=world.area("Eastsea Prefecture"))
    assert Norm.objects.get(key="plan.horizon").numerator == 72


def test_a_file_that_names_no_document_loads_nothing(world, tmp_path):
    source = shutil.copytree(SOURCE, tmp_path / "norms")
    rows = json.loads((source / "goods.json").read_text("utf-8"))
    rows[-1]["document"] = "hearsay"
    (source / "goods.json").write_text(json.dumps(rows), "utf-8")
    before = counts()
    with pytest.raises(WrongNorms, match="names the document 'hearsay'"):
        load_norms(area=world.county, source=source)
    assert counts() == before


def test_bounds_that_do_not_rise_are_refused(world, tmp_path):
    source = shutil.copytree(SOURCE, tmp_path / "norms")
    profiles = json.loads((source / "profiles.json").read_text("utf-8"))
    for row in profiles[0]["thresholds"]:
        if (row["level"], row["criterion"]) == (1, "rooms"):
            row["lower"] = 400
    (source / "profiles.json").write_text(json.dumps(profiles), "utf-8")
    with pytest.raises(WrongNorms, match="rooms: bounds must rise"):
        load_norms(area=world.county, source=source)


def test_what_is_assumed_is_marked_and_said_so_in_its_document(world):
    assumed = Document.objects.get(title="县级默认参数(待本县核定)")
    for model in (Norm, GoodsNorm, TaskNorm):
        assert not model.objects.filter(document=assumed, assumed=False).exists()


def test_every_goods_norm_is_of_an_item_in_the_catalogue(world):
    codes = set(GoodsNorm.objects.values_list("item_code", flat=True))
    assert codes <= set(world.items)
