"""One ASGI application: pages through Django, live boards through Channels."""

import gc
import os

# Nothing made while modules are read is garbage; looking for it takes a tenth of the start, and
# boards wait for it.
gc.disable()

import django  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")
django.setup(set_prefix=False)

from relief.config.pages import Pages  # noqa: E402  (needs the settings)
from relief.live.application import wrap  # noqa: E402  (needs the app registry)
from relief.web.api.limits import bounded  # noqa: E402

application = wrap(bounded(Pages()))
gc.freeze()  # what is there now stays
gc.enable()
