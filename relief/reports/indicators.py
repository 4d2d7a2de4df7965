"""The indicators of the rapid report (灾情快报指标), with their Chinese terms.

Source: columns of the national disaster reporting system; 自然灾害情况统计调查制度 names them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Section(models.TextChoices):
    """Section of the report form."""

    PEOPLE = "people", _("People")
    RELOCATION = "relocation", _("Relocation and aid")
    HOUSING = "housing", _("Houses")
    FARMING = "farming", _("Farming")
    FACILITIES = "facilities", _("Industry and facilities")
    LOSS = "loss", _("Direct losses")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure. `needed` ones stand in the short form and must be given, zero included.

    `short` ones are shown in the short form. `rises` marks figures of the whole disaster, which
    fall only with a note; the others say how it is now.
    """

    key: str
    zh: str
    en: str
    section: Section
    whole: bool = True
    short: bool = False
    needed: bool = False
    rises: bool = True

    @property
    def label(self) -> str:
        return self.zh if (get_language() or "").startswith("zh") else self.en


def _needed(key: str, zh: str, en: str, section: Section, *, rises: bool = True) -> Indicator:
    return Indicator(key, zh, en, section, short=True, needed=True, rises=rises)


def _both(key: str, zh: str, en: str, *, needed: bool = False, short: bool = False) -> list:
    """The cumulative figure (累计值) and the one of now (实时值)."""
    section = Section.RELOCATION
    return [
        Indicator(
            f"{key}_now", f"{zh}(实时)", f"{en}, now", section, True, short, needed, rises=False
        ),
        Indicator(f"{key}_cum", f"{zh}(累计)", f"{en}, so far", section, short=short),
    ]


def _some(section: Section, *rows: tuple[str, str, str], whole: bool = True) -> list[Indicator]:
    return [Indicator(key, zh, en, section, whole=whole) for key, zh, en in rows]


_LIST: list[Indicator] = [
    _needed("affected_population", "受灾人口", "Affected people", Section.PEOPLE),
    _needed("deaths", "因灾死亡人口", "Deaths", Section.PEOPLE),
    _needed("missing", "因灾失踪人口", "Missing", Section.PEOPLE),
    _needed("injured", "因灾受伤人口", "Injured", Section.PEOPLE),
    *_some(Section.PEOPLE, ("seriously_injured", "其中因灾重伤人口", "of these seriously injured")),
    *_some(
        Section.RELOCATION,
        ("precautionary_moved", "紧急避险转移人口", "Moved as a precaution"),
    ),
    *_both("relocated", "紧急转移安置人口", "Relocated people", needed=True, short=True),
    *_both("relocated_central", "其中集中安置人口", "of these in shelters"),
    *_both("relocated_dispersed", "分散安置人口", "Relocated elsewhere"),
    *_both("shelter_sites", "集中安置点数量", "Shelters in use"),
    *_both(
        "emergency_aid",
        "需紧急生活救助人口",
        "Others needing emergency aid",
        needed=True,
        short=True,
    ),
    *_some(
        Section.RELOCATION,
        ("transitional_aid", "需过渡期生活救助人口", "Needing transitional aid"),
    ),
    *_both("drought_aid", "因旱需生活救助人口", "Needing aid in drought"),
    *_both("drought_water", "其中因旱饮水困难需救助人口", "of these short of drinking water"),
    _needed("rooms_collapsed", "倒塌房屋间数", "Rooms collapsed", Section.HOUSING),
    _needed("rooms_severe", "严重损坏房屋间数", "Rooms severely damaged", Section.HOUSING),
    _needed("dwelling_hh_collapsed", "倒塌住房户数", "Households, home collapsed", Section.HOUSING),
    _needed(
        "dwelling_hh_severe",
        "严重损坏住房户数",
        "Households, home severely damaged",
        Section.HOUSING,
    ),
    *_some(
        Section.HOUSING,
        ("dwelling_rooms_collapsed", "其中倒塌住房间数", "Dwelling rooms collapsed"),
        ("dwelling_rooms_severe", "其中严重损坏住房间数", "Dwelling rooms severely damaged"),
        ("rooms_general", "一般损坏房屋间数", "Rooms damaged"),
        ("dwelling_rooms_general", "其中一般损坏住房间数", "Dwelling rooms damaged"),
        ("dwelling_hh_general", "一般损坏住房户数", "Households, home damaged"),
    ),
    *_some(
        Section.FARMING,
        ("crop_affected_ha", "农作物受灾面积(公顷)", "Crops affected (ha)"),
        ("grain_affected_ha", "其中粮食作物受灾面积(公顷)", "of these grain affected (ha)"),
        ("crop_damaged_ha", "农作物成灾面积(公顷)", "Crops damaged (ha)"),
        ("grain_damaged_ha", "其中粮食作物成灾面积(公顷)", "of these grain damaged (ha)"),
        ("crop_total_loss_ha", "农作物绝收面积(公顷)", "Crops lost (ha)"),
        ("grain_total_loss_ha", "其中粮食作物绝收面积(公顷)", "of these grain lost (ha)"),
        ("grassland_affected_ha", "草场受灾面积(公顷)", "Grassland affected (ha)"),
        ("forest_affected_ha", "林地受灾面积(公顷)", "Forest affected (ha)"),
        ("aquaculture_affected_ha", "水产养殖受灾面积(公顷)", "Fish farms affected (ha)"),
        whole=False,
    ),
    *_some(
        Section.FARMING,
        ("livestock_dead_large", "因灾死亡大牲畜", "Large livestock dead"),
        ("livestock_dead_small", "因灾死亡小牲畜", "Small livestock dead"),
    ),
    Indicator(
        "livestock_water_large",
        "因旱饮水困难大牲畜",
        "Large livestock short of water",
        Section.FARMING,
        rises=False,
    ),
    Indicator(
        "livestock_water_small",
        "因旱饮水困难小牲畜",
        "Small livestock short of water",
        Section.FARMING,
        rises=False,
    ),
    *_some(
        Section.FACILITIES,
        ("towns_flooded", "受淹乡镇(街道)数量", "Towns flooded"),
        ("industry_damaged", "受损工业企业数量", "Industrial firms damaged"),
        ("shops_damaged", "受损商贸网点数量", "Shops damaged"),
        ("base_stations", "受损通信基站", "Base stations damaged"),
        ("power_sets", "受损输变电设备", "Transformers and the like damaged"),
        ("reservoirs", "受损水库", "Reservoirs damaged"),
        ("schools", "受损学校", "Schools damaged"),
        ("hospitals", "受损医院和卫生机构", "Hospitals and clinics damaged"),
    ),
    *_some(
        Section.FACILITIES,
        ("road_km", "受损公路长度(千米)", "Roads damaged (km)"),
        ("comm_line_km", "受损通信线路(千米)", "Communication lines damaged (km)"),
        ("power_line_km", "受损电力线路(千米)", "Power lines damaged (km)"),
        ("dike_km", "受损堤防(千米)", "Dikes damaged (km)"),
        ("city_road_km", "受损市政道路(千米)", "Town streets damaged (km)"),
        ("water_pipe_km", "受损供水管网(千米)", "Water pipes damaged (km)"),
        whole=False,
    ),
    *_some(
        Section.LOSS,
        ("loss_total", "直接经济损失(万元)", "Direct losses (10,000 yuan)"),
        ("loss_housing_property", "住房及居民家庭财产损失(万元)", "Homes and property"),
        ("loss_agriculture", "农林牧渔业损失(万元)", "Farming, forestry, fishing"),
        ("loss_industry_trade", "工矿商贸业损失(万元)", "Industry and trade"),
        ("loss_infrastructure", "基础设施损失(万元)", "Infrastructure"),
        ("loss_public", "公共服务损失(万元)", "Public services"),
        ("loss_other", "其他损失(万元)", "Other losses"),
        whole=False,
    ),
]

INDICATORS: dict[str, Indicator] = {one.key: one for one in _LIST}
NEEDED: tuple[str, ...] = tuple(one.key for one in _LIST if one.needed)
SHORT: tuple[str, ...] = tuple(one.key for one in _LIST if one.short)

# What is part of what: the sum of the first is at most the second.
WITHIN: list[tuple[tuple[str, ...], str]] = [
    (("deaths", "missing"), "affected_population"),
    # Whoever is relocated is affected; moved as a precaution (紧急避险转移) one need not be. The
    # cumulative figure may count a person twice, who went to relatives first and to a shelter then.
    (("relocated_now",), "affected_population"),
    (("seriously_injured",), "injured"),
    *[
        ((f"{key}_now",), f"{key}_cum")
        for key in (
            "relocated",
            "relocated_central",
            "relocated_dispersed",
            "shelter_sites",
            "emergency_aid",
            "drought_aid",
            "drought_water",
        )
    ],
    (("drought_water_now",), "drought_aid_now"),
    (("drought_water_cum",), "drought_aid_cum"),
    *[
        pair
        for grade in ("collapsed", "severe", "general")
        for pair in (
            ((f"dwelling_rooms_{grade}",), f"rooms_{grade}"),
            ((f"dwelling_hh_{grade}",), f"dwelling_rooms_{grade}"),
            # Follows from the two above; the short form has no dwelling rooms.
            ((f"dwelling_hh_{grade}",), f"rooms_{grade}"),
        )
    ],
    *[
        pair
        for kind in ("crop", "grain")
        for pair in (
            ((f"{kind}_total_loss_ha",), f"{kind}_damaged_ha"),
            ((f"{kind}_damaged_ha",), f"{kind}_affected_ha"),
        )
    ],
    *[
        ((f"grain_{grade}_ha",), f"crop_{grade}_ha")
        for grade in ("affected", "damaged", "total_loss")
    ],
]

# What adds up to what. Parts not given count as zero once one of them is given.
SUMS: list[tuple[tuple[str, ...], str]] = [
    (("relocated_central_now", "relocated_dispersed_now"), "relocated_now"),
    (("relocated_central_cum", "relocated_dispersed_cum"), "relocated_cum"),
    (
        (
            "loss_housing_property",
            "loss_agriculture",
            "loss_industry_trade",
            "loss_infrastructure",
            "loss_public",
            "loss_other",
        ),
        "loss_total",
    ),
]


def label(key: str) -> str:
    """The term for a figure in the person's language."""
    return INDICATORS[key].label


def labels(keys: Iterable[str]) -> str:
    """Several terms, as a sum is written."""
    return " + ".join(label(key) for key in keys)
