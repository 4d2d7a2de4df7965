"""Shapes of what phones send and get. Bounds are those of any honest report."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from relief.field.models import ItemKind
from relief.web.api import drill_schemas, store_schemas
from relief.web.api.shapes import (
    AreaCode,
    Latitude,
    Longitude,
    Loose,
    Moment,
    Note,
    RowId,
    Sha256,
    Small,
    Strict,
    Units,
)

SCHEMA, OLDEST_SCHEMA = 1, 1
BATCH = 50
PHOTOS = 20


class Scene(Strict):
    """What is said beside the figures."""

    what: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)] = []
    trapped: Units | None = None
    wanted: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=40)] = []


class ReportBody(Loose):
    """A damage report (灾情快报)."""

    incident: RowId | None = None
    area: AreaCode
    village: AreaCode | None = None
    kind: Literal["initial", "follow_up", "zero", "verified"]
    chain: uuid.UUID
    base: uuid.UUID | None = None
    as_of: Moment
    figures: Annotated[
        dict[
            Annotated[str, Field(max_length=40)],
            Annotated[int, Field(strict=True)]  # `true` is not one dead
            | Annotated[float, Field(strict=True)]
            | Annotated[str, Field(max_length=20)],
        ],
        Field(max_length=100),
    ] = {}
    change_reason: Annotated[str, Field(max_length=20)] = ""
    change_note: Note = ""
    narrative: Note = ""
    point: tuple[Longitude, Latitude] | None = None
    accuracy_m: Units | None = None
    scene: Scene = Scene()


class DamageBody(Loose):
    """A household with a damaged house (因灾倒塌损坏住房户)."""

    incident: RowId
    area: AreaCode
    chain: uuid.UUID
    base: uuid.UUID | None = None
    head: Annotated[str, Field(max_length=60)] = ""
    people: Small = 0
    building: Annotated[str, Field(max_length=16)] = ""
    rooms_total: Small
    rooms_collapsed: Small = 0
    rooms_severe: Small = 0
    rooms_general: Small = 0
    dwelling: bool
    sole_dwelling: bool = False
    point: tuple[Longitude, Latitude] | None = None
    accuracy_m: Units | None = None
    note: Note = ""
    household: RowId | Annotated[str, Field(max_length=40)] | None = None


class ReceiptLine(Strict):
    """How one load arrived: all that came, and how much of it is damaged."""

    line: RowId
    received: Units
    damaged: Units = 0


class ReceiptBody(Strict):
    """Goods received at a stop (物资签收)."""

    stop: RowId
    lines: Annotated[list[ReceiptLine], Field(max_length=200)]
    note: Note = ""


class TaskBody(Strict):
    """An order read (已阅), or done (已办). In a drill such an item may hold an InjectBody."""

    task: RowId
    done: bool
    evidence: Note = ""


Kind = Literal[
    "report",
    "damage",
    "receipt",
    "task",
    "issue",
    "arrival",
    "return",
    "count",
    "hand_out",
    "code",
    "observation",
]
BODIES: dict[str, type[BaseModel]] = {
    ItemKind.REPORT: ReportBody,
    ItemKind.DAMAGE: DamageBody,
    ItemKind.RECEIPT: ReceiptBody,
    ItemKind.TASK: TaskBody,
    ItemKind.ISSUE: store_schemas.IssueBody,
    ItemKind.ARRIVAL: store_schemas.ArrivalBody,
    ItemKind.RETURN: store_schemas.ReturnBody,
    ItemKind.COUNT: store_schemas.CountBody,
    ItemKind.HAND_OUT: store_schemas.HandOutBody,
    ItemKind.CODE: store_schemas.CodeBody,
    ItemKind.OBSERVATION: drill_schemas.ObservationBody,
}
SHAPES: list[type[BaseModel]] = [*BODIES.values(), drill_schemas.InjectBody]


def shape_of(kind: str, body: Any) -> type[BaseModel]:
    """The shape of a body of that kind: what a drill's control room tells has one of its own."""
    if kind == ItemKind.TASK and isinstance(body, dict) and "inject" in body:
        return drill_schemas.InjectBody
    return BODIES[kind]


# Moments in bodies that a phone takes down without asking its person.
TAKEN_DOWN = frozenset({"as_of", "arrived_at", "returned_at", "counted_at", "handed_at"})


class Item(Loose):
    """One item as the phone saved it."""

    id: uuid.UUID
    book: RowId
    kind: Kind
    author: RowId
    device_seq: Units = 0
    # 'schema_version' in code: pydantic keeps `schema` for itself.
    schema_version: Annotated[int, Field(alias="schema", ge=0, le=1000, strict=True)]
    made_at: Moment
    mono_ms: Annotated[float, Field(ge=0)] | None = None
    offset_seconds: Annotated[float, Field(ge=-2e9, le=2e9)] = 0
    photos: Annotated[list[Sha256], Field(max_length=PHOTOS)] = []
    channel: Literal["data", "code"] = "data"
    body: Annotated[
        dict[str, Any],
        WithJsonSchema(
            {"anyOf": [{"$ref": f"#/components/schemas/{one.__name__}"} for one in SHAPES]}
        ),
    ]


class Batch(Strict):
    """Several items; each is taken or refused by itself."""

    items: Annotated[
        list[Annotated[Any, WithJsonSchema({"$ref": "#/components/schemas/Item"})]],
        Field(max_length=BATCH),
    ]


class Enrolment(Strict):
    """The one-time code, and what the phone calls itself."""

    code: Annotated[str, Field(min_length=1, max_length=40)]
    label: Annotated[str, Field(max_length=60)] = ""


# What the county answers


class Person(BaseModel):
    id: int
    name: str
    name_en: str


class Enrolled(BaseModel):
    token: str
    device: uuid.UUID
    expires_at: dt.datetime
    person: Person


class Now(BaseModel):
    now: dt.datetime


class Receipt(BaseModel):
    """The county has the item. Nothing is deleted from the phone before `complete`."""

    id: uuid.UUID
    receipt: str
    kind: Kind
    received_at: dt.datetime
    state: Literal["received", "adopted", "verified", "to_merge", "returned", "merged", "done"]
    reason: str
    missing_photos: list[Sha256]
    complete: bool


class FieldProblem(BaseModel):
    field: str
    sentence: str


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    safe: bool
    problems: list[FieldProblem]


class Result(BaseModel):
    """What became of one item of a batch: its receipt or its problem."""

    id: str | None
    status: int
    receipt: Receipt | None = None
    problem: Problem | None = None


class Results(BaseModel):
    results: list[Result]


class Receipts(BaseModel):
    items: list[Receipt]


class PhotoStatus(BaseModel):
    stored_bytes: int
    total_bytes: int
    complete: bool


class Reference(BaseModel):
    """Everything a phone needs offline; see docs/field-api.md."""

    model_config = ConfigDict(extra="allow")

    server_time: dt.datetime
    person: Person
    reports: bool
    books: list[dict[str, Any]]
    book: int
    held: list[str]
    clock: list[dict[str, Any]]
    areas: list[dict[str, Any]]
    incidents: list[dict[str, Any]]
    indicators: list[dict[str, Any]]
    rules: dict[str, Any]
    chains: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    stops: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    items: list[dict[str, Any]]
    store: dict[str, Any] | None
    drill: dict[str, Any] | None
    contacts: dict[str, Any]
    limits: dict[str, Any]
