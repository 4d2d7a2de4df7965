"""Database constraints shared by every room's models."""

from typing import Any

from django.db.models import BaseConstraint


class SameBook(BaseConstraint):
    """A row and the row its foreign key names stand in the same book.

    A composite foreign key `(book, field) -> target (book, id)`, checked at commit, so that real
    and drill rows cannot be mixed even by hand-written SQL. The target model declares
    `unique_in_book(…)`.
    """

    def __init__(self, *, field: str, name: str, book: str = "book") -> None:
        super().__init__(name=name)
        self.field, self.book = field, book

    def _sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        field, book = (
            model._meta.get_field(self.field),
            model._meta.get_field(self.book),
        )
        target = field.related_model._meta
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY ({quote(book.column)}, {quote(field.column)}) "
            f"REFERENCES {quote(target.db_table)} ({quote('book_id')}, {quote('id')}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )

    # The target's unique key may be made later in the same migration: hence deferred, nothing now.

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        schema_editor.deferred_sql.append(self._sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        schema_editor.deferred_sql.append(self._sql(model, schema_editor))

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "") -> None:
        """The database checks at commit; a form has nothing to add."""

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "field": self.field, "book": self.book}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SameBook) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__
