"""Settings. What differs between installations comes from the environment (docs/operations.md).

`DEBUG=1` is for a developer's machine. `DEMO=1` (with DEBUG) adds the live outbox of `make run`.
Without DEBUG, `mentoring.checks` refuses to start without a key, a host or a mail server.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import sys
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import bootstrap_wrapper
import django
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from mentoring.connections import (
    broker_options,
    database_settings,
    mail_backend,
    mail_provider_of,
)
from mentoring.logs import log_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

TESTING = "pytest" in sys.modules
DEBUG = env.bool("DEBUG", False) or TESTING
DEMO = env.bool("DEMO", False) and DEBUG
_throwaway = "only-for-development-and-tests-never-in-production-" + "x" * 20


def needed(name: str) -> str:
    """Read a variable that production needs; say so in one sentence when it is missing."""
    value = env.str(name, "")
    if value or DEBUG:
        return value
    raise ImproperlyConfigured(f"{name} is not set. Production needs it; see docs/operations.md.")


# Keys: each has its own job, so that one can be changed without the others.
SECRET_KEY = needed("SECRET_KEY") or _throwaway
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
TEXT_KEYS = [key for key in needed("TEXT_KEYS").split(",") if key] or [
    base64.urlsafe_b64encode(hashlib.sha256(_throwaway.encode()).digest()).decode()
]
LINK_KEYS = [key for key in needed("LINK_KEYS").split(",") if key] or [_throwaway + "links"]

# Hosts: links in e-mails are built from BASE_URL only, never from a request.
BASE_URL = (needed("BASE_URL") or f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
CANONICAL_HOST = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = [CANONICAL_HOST, *(["localhost", "127.0.0.1", "testserver"] if DEBUG else [])]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
SECURE = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "mentoring",
    "demo",
    "dashboard",
    "checkins",
    "meetings",
    "support",
    "announcements",
    "events",
    "learning",
    "agreements",
    "matching",
    "matches",
    "applications",
    "programs",
    "accounts",
    "notifications",
    "workflow",
    "access",
    "dashboard.apps.CommitteeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "lucide",
    "csp",
]

# The order matters in four places. Committee sessions end before SignInMiddleware asks who is
# signed in, so that the same request leads to the sign-in page. Activity is noted after allauth
# knows the request. The person's language comes after the browser's (LocaleMiddleware) and wins.
# ActionNotAllowed is last, next to the views, because it answers what they raise with a message.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "mentoring.middleware.HeadersMiddleware",
    "mentoring.middleware.NullCharacterMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "mentoring.middleware.RoleNamesMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mentoring.committee_sessions.CommitteeSessionMiddleware",
    "mentoring.form_recovery.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mentoring.session_activity.ActivityMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mentoring.post_only.PostOnlyMiddleware",
    "mentoring.middleware.PersonMiddleware",
    "mentoring.middleware.RolesMiddleware",
    "mentoring.middleware.ActionNotAllowedMiddleware",
]
if TESTING:
    MIDDLEWARE.insert(0, "zeal.middleware.zeal_middleware")
    INSTALLED_APPS.append("zeal")
    ZEAL_ALLOWLIST = [
        {"model": "account.EmailAddress"},  # asked at each stage of a sign-in
        {"model": "sessions.Session"},  # allauth stores at once that a state was used
    ]

ROOT_URLCONF = "demo.urls" if DEMO else "mentoring.urls"
_demo_templates = [BASE_DIR / "demo" / "templates"] if DEMO else []
WSGI_APPLICATION = "mentoring.wsgi.application"
ASGI_APPLICATION = "mentoring.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [*_demo_templates, BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "mentoring.templatetags.components",
                "notifications.templatetags.editable_texts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mentoring.context.site",
            ],
        },
    }
]
FORM_RENDERER = "mentoring.form_renderer.FormRenderer"

# Database: SQLite in WAL mode by default, PostgreSQL by DATABASE_URL. No ATOMIC_REQUESTS: on SQLite
# each GET would take the write lock.
VAR.mkdir(exist_ok=True)
DATABASES = {"default": database_settings(env, var=VAR, is_testing=TESTING)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in rate limits count in the cache, so all processes must share it: Redis if there is one,
# else the database.
_redis = env.str("CACHE_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _redis}
    if _redis
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if TESTING
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# Celery: early acknowledgement, prefetch 1, no results; requests publish nothing (docs/decisions).
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS = broker_options(CELERY_BROKER_URL, VAR / "queue")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500  # gives back the memory of large rounds
# Below OUTBOX_LEASE_SECONDS: when a lease runs out, its worker has been stopped for certain.
CELERY_TASK_TIME_LIMIT, CELERY_TASK_SOFT_TIME_LIMIT = 300, 240
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever: a worker outlives an outage of the broker
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
# What may take long, or asks other machines, delays no e-mail.
CELERY_TASK_ROUTES = {
    "workflow.tasks.run_jobs": {"queue": "heavy"},
    "notifications.tasks.read_bounces": {"queue": "heavy"},
    "notifications.tasks.look_for_alarms": {"queue": "heavy"},
    "dashboard.tasks.check_mail": {"queue": "heavy"},
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
# Wake-ups expire: after an outage the queue holds hundreds, and one is enough.
CELERY_BEAT_SCHEDULE = {
    "outbox": {
        "task": "notifications.tasks.send_due_emails",
        "schedule": 5.0,
        "options": {"expires": 10},
    },
    "jobs": {"task": "workflow.tasks.run_jobs", "schedule": 5.0, "options": {"expires": 10}},
    "mail-check": {
        "task": "dashboard.tasks.check_mail",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "alarms": {
        "task": "notifications.tasks.look_for_alarms",
        "schedule": 60.0,
        "options": {"expires": 50},
    },
    "bounces": {
        "task": "notifications.tasks.read_bounces",
        "schedule": 300.0,
        "options": {"expires": 240},
    },
}

# Mail
ANYMAIL = env.json("ANYMAIL", {})
_backend, _options = mail_backend(env, needed, is_testing=TESTING)
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": _backend, "OPTIONS": _options}}
else:
    EMAIL_BACKEND = _backend
    if _options:
        EMAIL_HOST, EMAIL_PORT = _options["host"], _options["port"]
        EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _options["username"], _options["password"]
        EMAIL_USE_TLS, EMAIL_USE_SSL = _options["use_tls"], _options["use_ssl"]
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"Mentoring <mentoring@{CANONICAL_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_HOST = parseaddr(DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
# Where bounces are sent to, and the mailbox from which they are read (docs/operations.md).
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "")
BOUNCE_MAILBOX_URL = env.str("BOUNCE_MAILBOX_URL", "")
BOUNCE_DONE_FOLDER = env.str("BOUNCE_DONE_FOLDER", "")
# Whether the mail provider reports failures to us, and how it proves itself: NAME:SECRET.
MAIL_PROVIDER = mail_provider_of(_backend)
MAIL_WEBHOOK = env.bool("MAIL_WEBHOOK", False) and not TESTING
MAIL_WEBHOOK_SECRET: list[str] = env.list("MAIL_WEBHOOK_SECRET", [])
# Whom to tell when nothing is sent, and what to ask for while all is well.
ALERT_EMAIL: list[str] = env.list("ALERT_EMAIL", [])
DEADMAN_URL = env.str("DEADMAN_URL", "")
# Under which names the mail provider publishes its keys (DKIM); the usual ones are tried anyway.
DKIM_SELECTORS: list[str] = env.list("DKIM_SELECTORS", [])
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", 360)
INSTANCE_ID = env.str("INSTANCE_ID", "main")
ERASED_FILE = Path(
    env.str("ERASED_FILE", str(VAR / "erased"))
)  # who was erased, for the day of a restore
OUTBOX_EPOCH_FILE = Path(env.str("OUTBOX_EPOCH_FILE", str(VAR / "outbox-epoch")))
BACKUP_FOLDER = Path(env.str("BACKUP_FOLDER", str(VAR / "backups")))
PG_BINDIR = env.str("PG_BINDIR", "")  # where pg_dump, pg_restore and psql are; else searched

# Accounts: the e-mail address is the user name; sign-in by an e-mailed code, password optional,
# second factor for the committee.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
LOGOUT_REDIRECT_URL = "programs:welcome"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "request_login_code": "accounts.forms.CodeRequestForm",
    "reset_password": "accounts.forms.PasswordResetForm",
    "signup": "accounts.forms.SignUpForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 900
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True  # who takes part in a program is confidential
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# allauth keeps its own limits beside this one.
ACCOUNT_RATE_LIMITS = {
    "verify_statement": "20/m/ip",
    "opening_request": "20/m/ip,3/h/key",
    "organisation_sign_in": "20/m/ip",  # each asks another machine up to four times
    "organisation_code": "10/m/ip,3/h/key",
}
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
# How many proxies add to X-Forwarded-For; rate limits count addresses, and the rest can be forged.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
# Sign-in by an organisation, set per program (programs.organisations). Nothing of it is stored but
# who someone is there. A provider on this machine is only for development and tests.
SOCIALACCOUNT_ADAPTER = "programs.organisations.social_adapter.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may lead to no other site (CSP); a link may
ORGANISATIONS_ON_LOOPBACK = DEBUG
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_FORMS = {
    "add_webauthn": "accounts.passkey_forms.AddPasskeyForm",
    "edit_webauthn": "accounts.passkey_forms.EditPasskeyForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost has passkeys too
MFA_TOTP_ISSUER = "Mentoring"
USERSESSIONS_TRACK_ACTIVITY = True
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", not DEBUG)

# Sessions and headers. Names with __Host- are accepted only from this host, over https.
SESSION_COOKIE_AGE = 30 * 24 * 3600
COMMITTEE_SESSION_HOURS, COMMITTEE_IDLE_HOURS = 24, 1
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = (
    ("__Host-sessionid", "__Host-csrftoken") if SECURE else ("sessionid", "csrftoken")
)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mentoring.views.csrf_failure"
SECURE_SSL_REDIRECT = SECURE and env.bool("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # probes speak plain HTTP inside the network
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"  # addresses of pages contain ids and link tokens
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE, FORMAT_MODULE_PATH = "UTC", ["mentoring.formats"]

# Static files: from our folder and from packages; no build step.
STATIC_URL, STATIC_ROOT = "static/", Path(env.str("STATIC_ROOT", str(VAR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static", ("bootstrap", bootstrap_wrapper.get_bootstrap_dir())]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # no uploads are stored
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A developer sees a changed file at once; in production the files are read when the site starts.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# Logs: one JSON line per event, without personal data (docs/operations.md).
LOGGING = log_settings(is_readable=DEBUG, level=env.str("LOG_LEVEL", "INFO"))
logging.captureWarnings(not TESTING)
