"""The six tables, and what a person may do with each."""

from gis.models import Area, Level, inside
from relief.access import gate
from relief.access.acts import Act
from relief.access.gate import Actor, NotFound
from relief.web.tables import agreements, contacts, households, items, stock, villages
from relief.web.tables.table import Table

TABLES = {
    one.TABLE.key: one.TABLE for one in (stock, items, agreements, contacts, households, villages)
}


def seen(*, actor: Actor) -> list[Table]:
    """The tables the person may see."""
    return [table for table in TABLES.values() if actor.paths(table.read_act)]


def one(*, actor: Actor, key: str) -> Table:
    """A table the person may see. Raises NotFound or NotYourDuty."""
    table = TABLES.get(key)
    if table is None:
        raise NotFound
    if not actor.paths(table.read_act):
        _refuse(actor, table.read_act)
    return table


def places(*, actor: Actor, table: Table) -> list[Area]:
    """The places that a divided table is exported by: townships, or what lies within one."""
    if not table.divided:
        return []
    paths = actor.paths(table.read_act)
    found: dict[str, Area] = {}
    for path in paths:
        within = Area.objects.filter(inside(path)).defer("boundary")
        townships = within.filter(level=Level.TOWNSHIP)
        found |= {one.code: one for one in townships or within.filter(path=path)}
    return [found[code] for code in sorted(found)]


def may_import(*, actor: Actor, table: Table) -> bool:
    """Whether some duty of the person lets this table be imported."""
    return any(
        duty.allows(Act.IMPORT_TABLES) and duty.allows(table.read_act) for duty in actor.duties
    )


def require_import(*, actor: Actor, table: Table) -> None:
    """Raises NotYourDuty, or NotFound for who holds no duty at all."""
    if not may_import(actor=actor, table=table):
        _refuse(actor, Act.IMPORT_TABLES)


def _refuse(actor: Actor, act: Act) -> None:
    """Refuse with the gate's own sentence, asked about a place that the person does see."""
    if not actor.duties:
        raise NotFound
    gate.require(actor=actor, act=act, area=actor.duties[0].path, book_id=actor.book_id)
    raise NotFound
