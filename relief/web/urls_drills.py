"""Addresses of drills and of the control room."""

from django.urls import URLPattern, path

from relief.web.views import drills

urlpatterns: list[URLPattern] = [
    path("drills/", drills.drills, name="drills"),
    path("drills/<int:id>/", drills.drill, name="drill"),
    path("drills/<int:id>/begin/", drills.begin, name="drill_begin"),
    path("drills/<int:id>/clock/", drills.set_clock, name="drill_clock"),
    path("drills/<int:id>/end/", drills.end, name="drill_end"),
    path("drills/injects/<int:id>/", drills.inject, name="drill_inject"),
    path("drills/seats/<int:id>/", drills.seat, name="drill_seat"),
]
