"""One ASGI application: pages through Django, live boards through Channels."""

import gc
import os

# Nothing made while modules are read is garbage; looking for it takes a tenth of the start, and
# boards wait for it.
gc.disable()

from django.core.asgi import get_asgi_application  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")
pages = get_asgi_application()

from relief.live.application import wrap  # noqa: E402  (needs the app registry)
from relief.web.api.limits import bounded  # noqa: E402

application = wrap(bounded(pages))
gc.freeze()  # what is there now stays
gc.enable()
