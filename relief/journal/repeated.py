"""Queries that are asked again and again: Django works out their SQL once in each process.

To work it out anew each time costs a short query more than the database takes to answer it.

    @repeated
    def _loads(trip: int) -> QuerySet[Load]:
        return Load.objects.filter(stop__trip_id=trip).order_by("id")

    _loads(trip=3)  # a list of loads

The function says the query and is called once; what it is given there stands for the values that
come later: plain ones, such as numbers, words, moments and UUIDs. Each must be used as the value of
a lookup as it is; a list goes with `__among`.
"""

import copy
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Expression, Lookup, QuerySet, prefetch_related_objects
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from relief.journal.log import require_transaction

Asked = ParamSpec("Asked")
Found = TypeVar("Found")


class NoValue(ValueError):
    """A repeated query was asked with None, which no lookup finds."""


class _Given(Expression):
    """Where a value will stand. Its parameter is itself, until a value takes its place."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


@models.ForeignKey.register_lookup  # which knows none of those of other fields
@models.Field.register_lookup
class _Among(Lookup):
    """`id__among=ids`: one of a list that is one parameter, however long."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", [*left_values, *right_values]


@dataclass(frozen=True, slots=True)
class _Asking:
    """What Django's iterators read of a queryset."""

    model: type[models.Model]
    query: "_Query"
    _fields: tuple[str, ...] | None
    db: str = DEFAULT_DB_ALIAS
    _known_related_objects: dict[Any, Any] = field(default_factory=dict)


class _Worked:
    """A queryset with its SQL."""

    def __init__(self, queryset: Any) -> None:
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self.parameters = self.compiler.as_sql()
        self.compiler.connection = None  # each thread has its own

    def ask(self, values: dict[str, Any]) -> list[Any]:
        parameters = tuple(
            values[one.name] if isinstance(one, _Given) else one for one in self.parameters
        )
        asking = _Asking(
            model=self.queryset.model,
            query=_Query(self, parameters),
            _fields=self.queryset._fields,
        )
        found = list(self.queryset._iterable_class(asking))
        if self.queryset._prefetch_related_lookups:
            prefetch_related_objects(found, *self.queryset._prefetch_related_lookups)
        return found


class _Query:
    """The query with its values: whoever asks for its compiler gets the one that has the SQL."""

    def __init__(self, worked: _Worked, parameters: tuple[Any, ...]) -> None:
        self._worked, self._parameters = worked, parameters

    def __getattr__(self, name: str) -> Any:
        return getattr(self._worked.queryset.query, name)

    def get_compiler(self, using: str) -> SQLCompiler:
        made = copy.copy(self._worked.compiler)
        made.connection = connections[using]
        made.as_sql = lambda *_args, **_options: (self._worked.sql, self._parameters)
        return made


def repeated(build: Callable[Asked, QuerySet[Any, Found]]) -> Callable[Asked, list[Found]]:
    """The rows of the query that `build` says, as a list; its arguments are given by name.

    A query that locks rows needs an open transaction. Raises NoValue.
    """
    names = list(inspect.signature(build).parameters)
    known: list[_Worked] = []

    @wraps(build)
    def ask(*args: Asked.args, **values: Asked.kwargs) -> list[Found]:
        if args or set(values) != set(names):
            raise TypeError(f"{build.__name__} takes {names} by name, got {args} and {values}")
        if None in values.values():
            raise NoValue(f"{build.__name__}: {values}")
        if not known:
            said: Callable[..., Any] = build
            known.append(_Worked(said(**{name: _Given(name) for name in names})))
        [worked] = known[:1]
        query: Query = worked.queryset.query
        if query.select_for_update:
            require_transaction(build.__name__)
        return worked.ask(values)

    return ask
