"""Addresses of the county's desk: what waits, roll-up, damaged houses, the rapid report."""

from django.urls import URLPattern, path

from relief.web.views import contacts, desk, houses, papers, rollup

urlpatterns: list[URLPattern] = [
    path("desk/", desk.desk, name="desk"),
    path("desk/gather/", desk.gather, name="desk_gather"),
    path("desk/items/<uuid:id>/return/", desk.item_return, name="item_return"),
    path("reports/<int:id>/adopt/", desk.adopt, name="report_adopt"),
    path("reports/merge/", desk.merge, name="reports_merge"),
    path("alerts/<int:id>/seen/", desk.alert_seen, name="alert_seen"),
    path("incidents/<int:id>/rollup/", rollup.rollup, name="rollup"),
    path("incidents/<int:id>/rollup/<str:code>/<str:figure>/", rollup.behind, name="rollup_cell"),
    path("incidents/<int:id>/contacts/", contacts.contacts, name="contacts"),
    path("incidents/<int:id>/damage.json", rollup.on_the_map, name="damage_map"),
    path("incidents/<int:id>/houses/", houses.houses, name="houses"),
    path("incidents/<int:id>/houses/new/", houses.house_new, name="house_new"),
    path("houses/<int:id>/", houses.house, name="house"),
    path("incidents/<int:id>/rapid-report/", papers.rapid, name="rapid"),
    path("incidents/<int:id>/rapid-report/file.<str:form>", papers.rapid_file, name="rapid_file"),
]
