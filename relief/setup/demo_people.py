"""The people of the demo county. Invented posts, not persons."""

from dataclasses import dataclass

from relief.access.acts import Role


@dataclass(frozen=True)
class Person:
    """A demo sign-in: its role, the code of its area, and its name in both languages."""

    username: str
    role: Role
    area: str
    name: str
    name_en: str


COUNTY, SONGJIANG, WANBAO = "222426000000", "222426101000", "222426105000"

PEOPLE = [
    Person("commander", Role.COMMANDER, COUNTY, "县指挥长", "County commander"),
    Person("duty", Role.DUTY_OFFICER, COUNTY, "县值班员", "County duty officer"),
    Person("keeper", Role.KEEPER, COUNTY, "县库保管员", "Warehouse keeper"),
    Person(
        "songjiang", Role.TOWNSHIP_OFFICER, SONGJIANG, "松江镇灾情员", "Songjiang township officer"
    ),
    Person("wanbao", Role.TOWNSHIP_OFFICER, WANBAO, "万宝镇灾情员", "Wanbao township officer"),
    Person("village", Role.VILLAGE_OFFICER, "", "村灾害信息员", "Village information officer"),
    Person("auditor", Role.AUDITOR, COUNTY, "监督审计员", "Auditor"),
]
# The same for everybody, on purpose: it opens nothing but a demo database.
PASSWORD = "relief-demo-2026"  # noqa: S105
