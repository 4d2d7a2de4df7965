"""One ASGI application: pages through Django, live boards through Channels."""

import gc
import os

# Nothing made while modules are read is garbage; looking for it takes a tenth of the start, and
# boards wait for it.
gc.disable()

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")
django.setup(set_prefix=False)

from django.urls import get_resolver  # noqa: E402  (needs the settings)

from relief.config.pages import Pages  # noqa: E402  (needs the settings)
from relief.live.application import wrap  # noqa: E402  (needs the app registry)
from relief.web.api.limits import bounded  # noqa: E402

application = wrap(bounded(Pages()))
gc.freeze()  # what is there now stays
gc.enable()
# Each board that comes leaves a few hundred objects behind. Looking through all of them for every
# 700 more took a third of what admitting thousands costs.
gc.set_threshold(10_000, 10, 5)


def read_pages() -> None:
    """Read the code of every page, as otherwise the first request would."""
    gc.disable()
    get_resolver().url_patterns  # noqa: B018 (looking them up reads them)
    gc.freeze()
    gc.enable()
