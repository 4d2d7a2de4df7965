"""All tables boards know, gathered from the rooms."""

from functools import cache

from relief.journal.rows import Table


class TwoTablesOneName(ValueError):
    """Two rooms give boards a table of the same name."""


@cache
def tables() -> tuple[Table, ...]:
    """Every room's `TABLES`, sorted by name."""
    from relief.aid import rows as aid
    from relief.allocation import rows as allocation
    from relief.calls import rows as calls
    from relief.deliveries import rows as deliveries
    from relief.drills import rows as drills
    from relief.field import rows as field
    from relief.households import rows as households
    from relief.incidents import rows as incidents
    from relief.needs import rows as needs
    from relief.preparedness import rows as preparedness
    from relief.reports import rows as reports
    from relief.response import rows as response
    from relief.stock import rows as stock
    from relief.warehouse import rows as warehouse

    rooms = (
        incidents,
        field,
        reports,
        households,
        preparedness,
        response,
        needs,
        allocation,
        deliveries,
        stock,
        calls,
        warehouse,
        aid,
        drills,
    )
    found = sorted((table for room in rooms for table in room.TABLES), key=lambda one: one.name)
    names = [table.name for table in found]
    if len(set(names)) < len(names):
        raise TwoTablesOneName(", ".join(names))
    return tuple(found)
