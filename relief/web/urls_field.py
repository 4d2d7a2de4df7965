"""The field app under /f/: its shell, manifest, service worker and files."""

from django.urls import URLPattern, path

from relief.web.views import field, tagged

urlpatterns: list[URLPattern] = [
    path("f/", field.app, name="field"),
    path("f/sw.js", field.service_worker, name="field_sw"),
    path("f/manifest.webmanifest", field.manifest, name="field_manifest"),
    path("f/files/<str:version>/<path:name>", field.file, name="field_file"),
    # What the codes on paper, lots and bins lead to.
    path("q/<str:text>", tagged.tag, name="tag"),
]
