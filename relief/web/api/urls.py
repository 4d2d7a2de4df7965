"""Addresses of the field API, for `relief.config.urls`."""

from django.urls import URLPattern, re_path
from django.views.decorators.csrf import csrf_exempt

from relief.web.api.views import api, as_problem, in_turn, nowhere

app_name = "field_api"
_patterns, _app, _namespace = api.urls


def _wrapped(found: URLPattern) -> URLPattern:
    found.callback = as_problem(in_turn(found.callback))
    return found


urlpatterns = [
    *(_wrapped(one) for one in _patterns if isinstance(one, URLPattern) and one.name != "api-root"),
    # A phone has no cookie, so no form key: it is told what is wrong with the address instead.
    re_path(r"^(?P<rest>.*)$", csrf_exempt(as_problem(nowhere)), name="nowhere"),
]
