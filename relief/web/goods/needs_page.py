"""The matrix of needs, township by item, and the rows behind each of its cells."""

from dataclasses import dataclass, field

from gis.models import Area
from relief.access.gate import Actor
from relief.allocation.models import OrderLine, Plan, PlanState
from relief.allocation.queries import order_lines
from relief.catalog.models import Item
from relief.deliveries.models import Load
from relief.incidents.models import Incident
from relief.needs.models import Need
from relief.needs.queries import matrix
from relief.web.goods.cell_reasons import Said, said
from relief.web.goods.sources import Source, lots, sources


@dataclass(slots=True)
class Cell:
    """Whole units of one item for one township, or their sum."""

    need: int = 0
    allocated: int = 0
    on_the_road: int = 0
    received: int = 0
    people: int = 0
    wanted: Need | None = None
    gap: int = 0

    @property
    def waiting(self) -> int:
        """Ordered and still in its store."""
        return max(0, self.allocated - self.on_the_road - self.received)

    def add(self, other: "Cell") -> None:
        self.need += other.need
        self.allocated += other.allocated
        self.on_the_road += other.on_the_road
        self.received += other.received
        self.gap += other.gap


@dataclass(slots=True)
class Row:
    area: Area
    people: int
    cells: list[Cell | None]
    cut_off: bool = False


@dataclass(slots=True)
class Column:
    item: Item
    priority: int
    total: Cell = field(default_factory=Cell)


@dataclass(frozen=True, slots=True)
class Matrix:
    columns: list[Column]
    rows: list[Row]

    @property
    def short_cells(self) -> int:
        return sum(1 for row in self.rows for cell in row.cells if cell and cell.gap)

    @property
    def covered_cells(self) -> int:
        return sum(
            1 for row in self.rows for cell in row.cells if cell and cell.need and not cell.gap
        )


def build(*, actor: Actor, incident: Incident) -> Matrix:
    """Needs the person may see; items in order of priority, townships by code."""
    columns: dict[int, Column] = {}
    grid: dict[int, dict[int, Cell]] = {}
    areas: dict[int, Area] = {}
    for wanted in matrix(actor=actor, incident=incident):
        cell = cell_of(wanted)
        columns.setdefault(wanted.item_id, Column(wanted.item, wanted.priority)).total.add(cell)
        grid.setdefault(wanted.area_id, {})[wanted.item_id] = cell
        areas[wanted.area_id] = wanted.area
    ordered = sorted(columns.values(), key=lambda column: (column.priority, column.item.order))
    cut_off = cut_off_codes(incident)
    return Matrix(
        columns=ordered,
        rows=[
            Row(
                area=areas[area_id],
                people=max(cell.people for cell in grid[area_id].values()),
                cells=[grid[area_id].get(column.item.id) for column in ordered],
                cut_off=areas[area_id].code in cut_off,
            )
            for area_id in sorted(areas, key=lambda key: areas[key].code)
        ],
    )


def cell_of(wanted: Need) -> Cell:
    """The figures of one need; a gap is what neither arrived nor is ordered."""
    return Cell(
        need=wanted.quantity,
        allocated=wanted.allocated,  # type: ignore[attr-defined]
        on_the_road=wanted.on_the_road,  # type: ignore[attr-defined]
        received=wanted.received,  # type: ignore[attr-defined]
        people=wanted.people,
        wanted=wanted,
        gap=max(0, wanted.quantity - wanted.allocated),  # type: ignore[attr-defined]
    )


def cut_off_codes(incident: Incident) -> set[str]:
    """Townships no road reaches, as the latest plan under work or in force found it."""
    plan = (
        Plan.objects.filter(
            incident=incident,
            state__in=[PlanState.DRAFT, PlanState.PROPOSED, PlanState.APPROVED],
        )
        .order_by("-id")
        .values_list("summary", flat=True)
        .first()
    )
    return set((plan or {}).get("cut_off", []))


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows one cell rests on."""

    cell: Cell
    wanted: Need
    lines: list[tuple[OrderLine, Source]]
    loads: list[Load]
    batches: dict[str, str]
    said: list[Said]
    cut_off: bool

    @property
    def substituted(self) -> bool:
        """Whether another item is sent on any of the lines."""
        return any(line.item_id != self.wanted.item_id for line, _source in self.lines)


def behind(*, actor: Actor, incident: Incident, code: str, item: str) -> Behind:
    """Report, norm, order lines, trips and reason behind one cell. Raises NotFound."""
    wanted = (
        matrix(actor=actor, incident=incident)
        .select_related("area", "item", "report", "norm__document", "norm__area")
        .one(area__code=code, item__code=item)
    )
    ordered = [
        line
        for line in order_lines(actor=actor, incident=incident).filter(need=wanted)
        if line.quantity or line.loaded
    ]
    known = sources(line.source for line in ordered)
    loads = list(
        Load.objects.visible_to(actor)
        .filter(line__in=ordered)
        .exclude(stop__trip__state="cancelled")
        .select_related("stop__trip__fleet", "line__source", "line__item")
        .order_by("stop__arrives_at", "id")
    )
    batches = lots(load.commodity for load in loads)
    return Behind(
        cell=cell_of(wanted),
        wanted=wanted,
        lines=[(line, known[line.source_id]) for line in ordered],
        loads=loads,
        batches={lot.commodity: lot.batch for lot in batches.values()},
        said=said(actor=actor, incident=incident, need=wanted),
        cut_off=code in cut_off_codes(incident),
    )
