"""Settings. Everything a deployment may change comes from the environment (12-factor)."""

from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from relief.config import geolibs

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

_geo = geolibs.locate()
GDAL_LIBRARY_PATH = env("GDAL_LIBRARY_PATH", default=_geo["GDAL_LIBRARY_PATH"])
GEOS_LIBRARY_PATH = env("GEOS_LIBRARY_PATH", default=_geo["GEOS_LIBRARY_PATH"])

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# True only in a demo database made by `./run demo`: the sign-in page then offers the demo people.
DEMO = env.bool("RELIEF_DEMO", default=False)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.gis",
    "pgtrigger",
    "procrastinate.contrib.django",
    "channels",
    "axes",
    "csp",
    "gis",
    "relief.journal",
    "relief.access",
    "relief.field",
    "relief.ledger",
    "relief.norms",
    "relief.messaging",
    "relief.incidents",
    "relief.catalog",
    "relief.reports",
    "relief.stock",
    "relief.households",
    "relief.preparedness",
    "relief.needs",
    "relief.response",
    "relief.allocation",
    "relief.deliveries",
    "relief.warehouse",
    "relief.calls",
    "relief.aid",
    "relief.boards",
    "relief.drills",
    "relief.outlook",
    "relief.live",
    "relief.jobs",
    "relief.web",
    "relief.setup",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "relief.web.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "relief.web.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "relief.config.urls"
ASGI_APPLICATION = "relief.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "relief.web.context.everywhere",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader"],
                )
            ],
        },
    }
]

DATABASES = {"default": env.db("DATABASE_URL", engine="django.contrib.gis.db.backends.postgis")}
DATABASES["default"]["CONN_MAX_AGE"] = (
    0  # the pool keeps connections; persistent ones clash with it
)
DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
    "min_size": 1,
    "max_size": env.int("DATABASE_POOL", default=12),
    "timeout": 10,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "web:home"
LOGOUT_REDIRECT_URL = "web:sign_in"
# Five wrong passwords lock the name from that address for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "relief.web.views.sign_in.locked_out"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env("TIME_ZONE", default="Asia/Shanghai")

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
WHITENOISE_USE_FINDERS = env.bool("STATIC_FROM_SOURCE", default=True)
# In a demo, files edited while it runs are served as they are now.
WHITENOISE_AUTOREFRESH = DEMO
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# The worker's tasks bring every room along; others read them when they first queue one.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["relief.jobs.tasks"]

SECURE_HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "relief.web.refusals.old_form"
SESSION_COOKIE_AGE = 12 * 3600  # one shift
# Wall screens outlast shifts: how long a pass lasts unless said, at most, and its link.
SCREEN_PASS_DAYS = env.int("SCREEN_PASS_DAYS", default=30)
SCREEN_PASS_MOST_DAYS = env.int("SCREEN_PASS_MOST_DAYS", default=366)
SCREEN_LINK_MINUTES = env.int("SCREEN_LINK_MINUTES", default=15)
# Phones: how long an enrolment code and an enrolled phone's token last.
DEVICE_CODE_MINUTES = env.int("DEVICE_CODE_MINUTES", default=15)
DEVICE_DAYS = env.int("DEVICE_DAYS", default=90)
# Items of a phone whose clock is off by more wait for a person at the county.
FIELD_CLOCK_OFF_SECONDS = env.int("FIELD_CLOCK_OFF_SECONDS", default=300)
# How many sending phones one web process serves at the same time; the others wait their turn, so
# that a county's phones never take all the connections of its boards and pages.
FIELD_AT_ONCE = env.int("FIELD_AT_ONCE", default=3)
# Whom a township calls when nothing else goes; shown on phones. Empty: not shown.
COUNTY_PHONE = env("COUNTY_PHONE", default="")
# Where messages to telephones are handed over (HTTP POST). Empty: people send them by hand.
MESSAGE_GATEWAY = env("MESSAGE_GATEWAY", default="")
MESSAGE_GATEWAY_TOKEN = env("MESSAGE_GATEWAY_TOKEN", default="")
MESSAGE_GATEWAY_SECONDS = env.float("MESSAGE_GATEWAY_SECONDS", default=10)
MESSAGE_TRIES = env.int("MESSAGE_TRIES", default=12)
# Who other systems are told that an alert comes from, without blanks or commas; empty: the county.
CAP_SENDER = env("CAP_SENDER", default="")
# What people upload; `./run backup` saves this folder.
FILES = Path(env("FILES", default=str(BASE_DIR / "var" / "files")))
PHOTO_MOST_BYTES = env.int("PHOTO_MOST_BYTES", default=10 * 1024 * 1024)
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_HTTPS else 0
SECURE_SSL_REDIRECT = SECURE_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # Leaflet positions its panes through style attributes.
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
    }
}

# What a Prometheus scraper shows to read /metrics; without it there is no such page.
METRICS_TOKEN = env("METRICS_TOKEN", default="")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
}
