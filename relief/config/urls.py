"""Every address. Pages live in relief.web, live boards in relief.live."""

from django.urls import include, path

urlpatterns = [
    path("boards/", include("relief.boards.urls")),
    path("live/", include("relief.live.urls")),
    path("", include("relief.web.urls")),
]
