"""Every address. Pages live in relief.web, live boards in relief.live."""

from django.urls import include, path

from relief.live.metrics import metrics

urlpatterns = [
    path("boards/", include("relief.boards.urls")),
    path("metrics", metrics, name="metrics"),
    path("live/", include("relief.live.urls")),
    path("api/v1/field/", include("relief.web.api.urls")),
    path("", include("relief.web.urls")),
]
