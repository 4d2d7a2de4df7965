"""Checking a table: every error with its row, column and code, and nothing written."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relief.stock.models import Bin, Depot
from relief.web.tables import reading, registry
from tests import world as named
from tests.tables import making

pytestmark = pytest.mark.django_db
ROWS = 5_000


def planted(world) -> bytes:
    """5,000 rows of stock, thirteen of them wrong, each in another way."""
    kestrel = world.area("Kestrel County")
    Depot.objects.create(
        code="KESTREL",
        area=kestrel,
        name="红隼库",
        name_en="Kestrel store",
        kind="warehouse",
        point=kestrel.centre,
    )
    named.stock(world, "QUILT", 3, batch="B-00500")
    rows = [making.head("stock"), *(making.stock_row(n) for n in range(2, ROWS + 2))]
    wrong = {
        100: {"batch": None},
        500: {},  # B-00500 lies in Quay already, with other facts
        900: {"quantity": "a dozen"},
        1300: {"quantity": 0},
        1700: {"item": "QUILTS"},
        2100: {"fund_source": "provinse"},
        2500: {"made_on": "spring 2025"},
        2900: {"expires_on": dt.date(2024, 12, 31)},
        3300: {"batch": "B-00101"},
        3700: {"quantity": None},  # becomes a formula
        4100: {"maker": None},  # becomes part of a merged block
        4500: {"maker": "江" * 81},
        4900: {"depot": "KESTREL"},
    }
    for row, changes in wrong.items():
        rows[row - 1] = making.stock_row(row, **changes)
    return making.workbook(rows, formulas={"D3700": "=5+2"}, merged=["M4100:N4100"])


def test_thirteen_planted_errors_are_each_named_and_nothing_is_written(world):
    data = planted(world)
    before = making.database_hash()
    found = making.check(world, "stock", data)
    assert [(fault.row, fault.cell, fault.code) for fault in found.faults] == [
        (100, "C100", "missing"),
        (500, "C500", "exists"),
        (900, "D900", "not_a_number"),
        (1300, "D1300", "out_of_range"),
        (1700, "B1700", "unknown_code"),
        (2100, "K2100", "unknown_choice"),
        (2500, "F2500", "not_a_date"),
        (2900, "G2900", "dates_reversed"),
        (3300, "C3300", "twice"),
        (3700, "D3700", "formula"),
        (4100, "M4100", "merged"),
        (4500, "M4500", "too_long"),
        (4900, "A4900", "area_outside"),
    ]
    assert (len(found.new), found.there, found.faulty, found.total) == (4_987, 0, 13, 5_000)
    assert making.database_hash() == before
    by_code = {fault.code: fault for fault in found.faults}
    assert by_code["formula"].typed == "=5+2"
    assert by_code["unknown_code"].remedy.startswith("Did you mean “QUILT Quilt”?")
    assert by_code["unknown_choice"].remedy.startswith("Did you mean “province”?")
    assert by_code["twice"].problem == "The same as in row 101."
    assert by_code["out_of_range"].problem == "A number from 1 to 9,999,999 is expected."
    assert by_code["too_long"].problem == "81 characters are too many; 80 fit."


CELL_BY_CELL = [
    ({"quantity": 2.5}, "D not_whole"),
    ({"quantity": True}, "D not_a_number"),
    ({"quantity": "１，２００"}, ""),
    ({"unit_cost_fen": 1.234}, "J too_precise"),
    ({"batch": 20250101}, ""),
    ({"batch": 1e17}, "C digits_lost"),
    ({"batch": dt.date(2025, 3, 1)}, "C became_date"),
    ({"batch": "=B7"}, "C formula"),
    ({"batch": "-B7\u200b"}, ""),
    ({"stored_on": dt.date(2027, 1, 1)}, "E in_future"),
    ({"stored_on": "2025年3月1日"}, ""),
    ({"stored_on": "2025-02-30"}, "E not_a_date"),
    ({"stored_on": dt.date(2025, 1, 1)}, "E dates_reversed"),
    ({"bin": "A-03"}, ""),
    ({"bin": "A-04"}, "H unknown_code"),
    ({"item": "quilt"}, ""),
    ({"item": "QUILT cover"}, "B unknown_code"),
    ({"item": "棉被"}, ""),
    ({"item": "QUILT 棉被"}, ""),
    ({"owner_level": "COUNTY"}, ""),
]


def test_a_cell_is_taken_or_refused_by_what_it_says(world):
    Bin.objects.create(depot=world.quay, code="A-03")
    rows = [making.stock_row(n, **changes) for n, (changes, _) in enumerate(CELL_BY_CELL)]
    found = making.check(world, "stock", making.workbook([making.head("stock"), *rows]))
    said = {one.row: f"{one.letters} {one.code}" for one in found.faults}
    assert [said.get(row, "") for row in range(2, len(rows) + 2)] == [
        fault for _, fault in CELL_BY_CELL
    ]


def test_a_lot_says_the_same_wherever_it_lies(world):
    rows = [
        making.head("stock"),
        making.stock_row(1),
        making.stock_row(1, depot="HILL"),
        making.stock_row(2),
        making.stock_row(2, depot="HILL", pack=12),
    ]
    found = making.check(world, "stock", making.workbook(rows))
    assert [(one.cell, one.code) for one in found.faults] == [("C5", "differs")]
    assert found.faults[0].problem == "Differs from row 4, which is about the same lot."


OF_OTHER_TABLES = [
    ("items", ["QUILT", "棉被", "Q", "件", "pieces", "bedding", 2.5, 0.01], "D2 exists"),
    ("items", ["quilt", "丝被", "Q", "床", "quilts", "bedding", 2.5, 0.01], "A2 wrong_pattern"),
    ("items", ["QUILT-2", "棉被", "Q", "床", "quilts", "bedding", 2.5, 0.01], "B2 name_taken"),
    ("contacts", ["222427100000", "post", "name", "1"], "A2 area_outside"),
    ("villages", ["222426100201", 10, 11], "C2 out_of_range"),
    ("villages", ["222426000000", 10, 5], "A2 unknown_code"),
    ("households", ["H1", "Willow", 3, "adobe", 43.05, 43.05], "E2 place_outside"),
    ("households", ["2224271002010000", "Willow", 3, "adobe", 128.01, 43.05], "A2 exists"),
]


def test_the_other_tables_have_rules_of_their_own(world):
    for key, row, fault in OF_OTHER_TABLES:
        found = making.check(world, key, making.workbook([making.head(key), row]), who="asha")
        assert [f"{one.cell} {one.code}" for one in found.faults] == [fault], (key, row)


def test_the_head_may_stand_lower_in_any_order_and_in_either_language(world):
    rows = [
        ["村屯人口户数", None, None],
        [None, None, None],
        ["Households\n户数", "note", "Place*", " population "],
        [250, "as counted", "222426100201 柳树村", 999],
        [None, None, None],
        [260, "", 222426100202, 1001],
    ]
    found = making.check(world, "villages", making.workbook(rows), who="asha")
    assert [(one.population, one.households) for one in found.new] == [(999, 250), (1001, 260)]
    assert found.faults == []


CELLS = st.one_of(
    st.none(),
    st.text(max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**18), 10**18),
    st.booleans(),
    st.dates(min_value=dt.date(1900, 3, 1), max_value=dt.date(9999, 12, 31)),
    st.sampled_from(["QUAY", "QUILT", "Willow", "222426100201", "=1+1", "是", "1e999", "1_0"]),
)


@settings(max_examples=30)
@given(
    key=st.sampled_from(sorted(registry.TABLES)),
    cells=st.lists(st.lists(CELLS, max_size=16), max_size=6),
    spoilt=st.one_of(
        st.none(), st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=9))
    ),
)
def test_no_workbook_of_any_cells_raises_or_writes(world, key, cells, spoilt):
    data = making.workbook([making.head(key), *cells])
    if spoilt is not None:
        place = int(len(data) * spoilt[0])
        data = data[:place] + spoilt[1] + data[place + len(spoilt[1]) :]
    before = making.database_hash()
    try:
        found = making.check(world, key, data, who="asha")
    except reading.FileRefused as refused:
        assert str(refused.sentence)
    else:
        assert all(fault.problem and fault.remedy for fault in found.faults)
        assert found.total == found.faulty + len(found.new) + found.there
    assert making.database_hash() == before
