"""Pages, by room. Each address names the act it needs (see `relief.web.acts`)."""

from django.urls import URLPattern, path
from django.views.i18n import set_language

from relief.web import urls_desk, urls_field, urls_goods, urls_outlook, urls_phones
from relief.web.views import (
    health,
    home,
    incidents,
    journal,
    maps,
    norms,
    reports,
    screens,
    shelters,
    sign_in,
    villages,
)

app_name = "web"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-in/demo/", sign_in.demo_sign_in, name="demo_sign_in"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("language/", set_language, name="language"),
    path("book/", sign_in.choose_book, name="book"),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/new/", incidents.incident_new, name="incident_new"),
    path("incidents/<int:id>/", incidents.incident, name="incident"),
    path("incidents/<int:id>/activate/", incidents.activate, name="activate"),
    path("incidents/<int:id>/end/", incidents.end_response, name="end_response"),
    path("tasks/<int:id>/done/", incidents.task_done, name="task_done"),
    path("incidents/<int:id>/report/<str:code>/", reports.report_new, name="report_new"),
    path("reports/<int:id>/", reports.report, name="report"),
    path("reports/<int:id>/verify/", reports.report_verify, name="report_verify"),
    path("reports/<int:id>/return/", reports.report_return, name="report_return"),
    path("incidents/<int:id>/villages/", villages.villages, name="villages"),
    path("affected/<int:id>/", villages.affected, name="affected"),
    path("shelters/", shelters.shelters, name="shelters"),
    path("shelters/<int:id>/", shelters.shelter, name="shelter"),
    path("screens/", screens.screens, name="screens"),
    path("screens/<int:id>/link/", screens.new_link, name="screen_link"),
    path("screens/<int:id>/revoke/", screens.revoke, name="screen_revoke"),
    path("screens/seen/", screens.seen, name="screen_seen"),
    path("screen/<str:word>/", screens.open_here, name="screen_open"),
    path("norms/", norms.norms, name="norms"),
    path("journal/", journal.journal, name="journal"),
    path("map/", maps.county_map, name="map"),
    path("map/base.json", maps.base, name="map_base"),
    path("tiles/households/<int:z>/<int:x>/<int:y>.mvt", maps.households, name="household_tiles"),
    path("stops/<int:id>/line.json", maps.stop_line, name="stop_line"),
    path("incidents/<int:id>/situation.html", maps.situation, name="situation"),
    *urls_field.urlpatterns,
    *urls_desk.urlpatterns,
    *urls_goods.urlpatterns,
    *urls_outlook.urlpatterns,
    *urls_phones.urlpatterns,
]
