"""One ASGI application: pages through Django, live boards through Channels."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relief.config.settings")
pages = get_asgi_application()

from relief.live.application import wrap  # noqa: E402  (needs the app registry)

application = wrap(pages)
