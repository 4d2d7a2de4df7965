"""The field app (现场端): what a phone loads once and then keeps. Nothing here holds user data.

The pages themselves are made in the browser by `static/field`; what they show comes from the field
API and from the phone's own store.
"""

import json

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from relief.web import field_files

# Browsers inside other apps, by a word of their User-Agent. Their service workers come and go, so a
# form filled in there could be lost.
WITHIN_OTHER_APPS = ("MicroMessenger", "DingTalk", "Lark", "QQ/", "Weibo", "AlipayClient")
FOREVER = 365 * 24 * 3600
BAR, PAPER = "#0c2f2c", "#f2f4f1"


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("User-Agent")
# Photos taken are shown before they are sent; the scanner is WebAssembly.
@csp_update({"img-src": ["blob:"], "script-src": ["'wasm-unsafe-eval'"]})
def app(request: HttpRequest) -> HttpResponse:
    """The one page of the app; inside another app's browser, the way out of it."""
    shell = field_files.current()
    agent = request.headers.get("User-Agent", "")
    within = any(word in agent for word in WITHIN_OTHER_APPS)
    # Without the request, so that nothing of a session can get in: every phone keeps this page.
    page = render_to_string(
        "field/in_app.html" if within else "field/shell.html",
        {
            "version": shell.version,
            "first": shell.first,
            "colour": BAR,
        },
    )
    return HttpResponse(page)


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("Accept-Language")
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the app on its home screen, in the language of the browser."""
    chinese = (get_language() or "").startswith("zh")
    home = reverse("web:field")
    icon = reverse("web:field_file", args=[field_files.current().version, "field/img/"])
    found = {
        "id": home,
        "start_url": home,
        "scope": home,
        "lang": "zh-Hans" if chinese else "en",
        "name": _("Relief: reports from the field"),
        "short_name": _("Relief"),
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": BAR,
        "icons": [
            {"src": f"{icon}app-192.png", "sizes": "192x192", "type": "image/png"},
            {"src": f"{icon}app-512.png", "sizes": "512x512", "type": "image/png"},
            {
                "src": f"{icon}app-maskable-512.png",
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "maskable",
            },
        ],
        "shortcuts": [
            {"name": _("Report damage"), "url": f"{home}#/report"},
            {"name": _("Receive goods"), "url": f"{home}#/goods"},
        ],
    }
    return JsonResponse(
        found,
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, told which files of which version every phone keeps, which only some."""
    shell = field_files.current()
    script = (
        shell.worker.replace('"__VERSION__"', json.dumps(shell.version))
        .replace('["__FILES__"]', json.dumps(field_files.shell_files()))
        .replace('{ "__PACKS__": [] }', json.dumps(field_files.pack_files()))
    )
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


@require_safe
def file(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """One file of the app in this version: packed, and never to be asked for again."""
    shell = field_files.current()
    found = shell.find(name)
    if found is None or version != shell.version:
        raise Http404
    mark = f'"{version}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    content, encoding = field_files.packed(
        found, accepted=request.headers.get("Accept-Encoding", "")
    )
    answer = HttpResponse(
        content,
        content_type=found.kind,
        headers={
            "Cache-Control": f"public, max-age={FOREVER}, immutable",
            "ETag": mark,
            "Vary": "Accept-Encoding",
        },
    )
    if encoding:
        answer["Content-Encoding"] = encoding
    return answer
