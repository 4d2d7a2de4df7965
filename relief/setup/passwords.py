"""A new person's first password: from the environment, or asked for without an echo."""

import getpass
import os

from django.utils.translation import gettext as _


def asked_password(username: str) -> str:
    return os.environ.get("RELIEF_PASSWORD") or getpass.getpass(
        _("Password for %(name)s: ") % {"name": username}
    )
