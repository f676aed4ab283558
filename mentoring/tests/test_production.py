"""What an installation needs: translations, keys, health check, image, Compose, documentation."""

import gettext
import json
import logging
import os
import re
import shutil
import subprocess
import sys

import pytest
import structlog
import yaml
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from mentoring import generate_keys, healthcheck
from mentoring.management.commands.bootstrap import is_behind
from testkit import services

ROOT = settings.BASE_DIR


def read(path: str) -> str:
    return (ROOT / path).read_text()


# --- translations without gettext

FRENCH = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Send"
msgstr "Envoyer"

msgid "%(n)s mentor"
msgid_plural "%(n)s mentors"
msgstr[0] "%(n)s mentor·e"
msgstr[1] "%(n)s mentor·es"

#, fuzzy
msgid "Guessed"
msgstr "Deviné"
"""


@pytest.fixture
def french(tmp_path, settings):
    source = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(FRENCH)
    settings.LOCALE_PATHS = [tmp_path]
    return source


def test_translations_are_compiled_and_guesses_left_out(french):
    call_command("build_messages", verbosity=0)
    compiled = gettext.translation("django", french.parents[2], ["fr"])
    assert compiled.gettext("Send") == "Envoyer"
    assert compiled.ngettext("%(n)s mentor", "%(n)s mentors", 2) == "%(n)s mentor·es"
    assert compiled.gettext("Guessed") == "Guessed"


def test_compiled_translations_are_not_compiled_again(french, capsys):
    call_command("build_messages")
    call_command("build_messages")
    assert capsys.readouterr().out == "fr: compiled\n"


def test_a_broken_translation_is_named(french):
    french.write_text("<<<<<<< half a merge\n" + FRENCH)
    with pytest.raises(CommandError, match=r"django\.po"):
        call_command("build_messages", verbosity=0)
    assert not french.with_suffix(".mo").exists()


def test_a_translation_that_would_break_its_page_is_refused(french):
    french.write_text(FRENCH.replace('"%(n)s mentor·es"', '"%(nombre)s mentor·es"'))
    with pytest.raises(CommandError, match=r"%\(nombre\)s"):
        call_command("build_messages", verbosity=0)


# --- the database before the start


def test_bootstrapping_again_changes_nothing(ada, capsys, settings):
    settings.DEMO = True
    call_command("bootstrap", "--demo")
    call_command("bootstrap", "--demo")
    assert list(type(ada).objects.all()) == [ada]
    assert "password" not in capsys.readouterr().out  # nobody of the demo is here


@pytest.mark.django_db
def test_a_migration_that_was_not_run_is_noticed():
    assert not is_behind()
    last = MigrationLoader(connection).graph.leaf_nodes("dashboard")[0]
    MigrationRecorder(connection).record_unapplied(*last)
    assert is_behind()


@pytest.mark.django_db
def test_a_database_of_an_older_version_is_named():
    MigrationRecorder(connection).record_unapplied("applications", "0001_initial")
    with pytest.raises(CommandError, match="made by an older version"):
        call_command("bootstrap")


@pytest.mark.django_db
def test_models_and_migrations_agree(capsys):
    call_command("makemigrations", "--check", "--dry-run", verbosity=1)
    assert capsys.readouterr().out == "No changes detected\n"


@pytest.mark.django_db
@pytest.mark.both_databases
def test_no_check_complains(capsys):
    call_command("check", fail_level="WARNING", databases=["default"])
    assert "no issues (0 silenced)" in capsys.readouterr().out


# --- production settings

PRODUCTION = {
    "SECRET_KEY": "a-key-of-fifty-letters-or-more-for-this-test-0123456789-abcdefghij",
    "LINK_KEYS": "another-key-of-fifty-letters-or-more-for-this-test-0123456789",
    "TEXT_KEYS": Fernet.generate_key().decode(),
    "BASE_URL": "https://mentoring.example.org",
    "EMAIL_URL": "submission://name:word@127.0.0.1:587",
    "DATABASE_URL": "sqlite://:memory:",
}


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs manage.py in a fresh process that inherits no setting of this one."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def no_env_file():
    if (ROOT / ".env").exists():
        pytest.skip("this checkout has a .env of its own")


def test_deployment_checks_are_clean(no_env_file):
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "LINK_KEYS", "TEXT_KEYS", "BASE_URL", "EMAIL_URL"])
def test_production_refuses_to_start_without(name, no_env_file):
    done = manage("migrate", **{**PRODUCTION, name: ""})
    assert done.returncode != 0
    assert f"{name} is not set." in done.stderr.splitlines()[-1]


# --- logs


def logged(message: str, *words: object, **more: object) -> dict:
    """What production writes for one event, as the JSON that it is."""
    options = {
        name: value
        for name, value in settings.LOGGING["formatters"]["json"].items()
        if name != "()"
    }
    record = logging.LogRecord(
        "ours", logging.ERROR, __file__, 1, message, words, more.pop("exc_info", None)
    )
    record.__dict__.update(more)
    return json.loads(structlog.stdlib.ProcessorFormatter(**options).format(record))


def test_logs_hold_no_address_and_no_token(rf):
    try:
        raise ValueError("ada@example.org was refused")
    except ValueError:
        event = logged(
            "at %s",
            "/go/unsubscribe/s3cret",
            exc_info=sys.exc_info(),
            request=rf.get("/go/answer/s3cret"),
        )
    assert "s3cret" not in json.dumps(event)
    assert "ada@" not in json.dumps(event)
    assert "ValueError: <address> was refused" in event["exception"]
    assert event["event"] == "at /go/unsubscribe/<token>"


# --- production


def test_keys_are_new_each_time_and_fit_their_use():
    first, second = (
        dict(line.split("=", 1) for line in generate_keys.new_keys()) for _ in range(2)
    )
    assert set(first) == {
        "SECRET_KEY",
        "LINK_KEYS",
        "TEXT_KEYS",
        "POSTGRES_PASSWORD",
        "INSTANCE_ID",
    }
    assert set(first.values()) & set(second.values()) == set()
    assert (
        Fernet(first["TEXT_KEYS"]).decrypt(Fernet(first["TEXT_KEYS"]).encrypt(b"ours")) == b"ours"
    )
    assert min(len(value) for value in first.values()) >= 16


def test_the_probe_is_content_with_a_web_process_that_reaches_its_database(live_server):
    host, port = live_server.url.removeprefix("http://").split(":")
    assert healthcheck.problem(int(port), host) == ""
    command = [sys.executable, "-m", "mentoring.healthcheck"]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PORT": port, "BASE_URL": f"http://{host}"},
        check=False,
    )
    assert done.returncode == 0


def test_the_probe_says_that_nobody_answers():
    assert healthcheck.problem(services.free_port(), "localhost").startswith("no answer")


def environment_variables() -> set[str]:
    source = read("mentoring/settings.py") + read("mentoring/connections.py")
    return set(re.findall(r"""(?:env\.\w+|needed)\(\s*["']([A-Z_]+)["']""", source))


def test_every_setting_is_explained():
    told = set(re.findall(r"^\| `([A-Z_]+)`", read("docs/operations.md"), re.MULTILINE))
    assert environment_variables() - told == set()
    assert told - environment_variables() <= {"POSTGRES_PASSWORD", "WEB_PORT", "MENTORING_VERSION"}


def test_the_example_environment_names_real_settings_and_no_secret():
    lines = [
        line for line in read(".env.example").splitlines() if line and not line.startswith("#")
    ]
    values = dict(line.split("=", 1) for line in lines)
    assert set(values) - environment_variables() == {"POSTGRES_PASSWORD"}
    secret = ("SECRET_KEY", "LINK_KEYS", "TEXT_KEYS", "POSTGRES_PASSWORD", "EMAIL_URL")
    assert [values[name] for name in secret] == [""] * 5


def compose() -> dict:
    return yaml.safe_load(read("docker-compose.yml"))["services"]


def test_compose_keeps_every_service_alive_and_watched():
    lasting = {name: service for name, service in compose().items() if name != "prepare"}
    assert set(lasting) == {"web", "worker", "heavy", "beat", "postgres", "redis"}
    assert {service["restart"] for service in lasting.values()} == {"unless-stopped"}
    assert [name for name, service in lasting.items() if "healthcheck" not in service] == []


def test_compose_holds_no_secret():
    assert re.findall(r"\b(?:PASSWORD|KEYS?|TOKEN)\w*: (?!\$\{)", read("docker-compose.yml")) == []


def test_every_queue_has_a_worker_here_and_in_production():
    queues = {"celery", *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}
    commands = [part for service in compose().values() for part in service.get("command", [])]
    options = [re.match(r"--queues=(\S+)", part) for part in commands]
    served = {queue for option in options if option for queue in option[1].split(",")}
    assert served == queues
    assert set(re.search(r"worker:.* -Q (\S+)", read("Procfile"))[1].split(",")) == queues


def test_compose_is_understood_by_its_client():
    client = shutil.which("docker")
    if (
        not client
        or subprocess.run(
            [client, "compose", "version"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no docker compose on this machine")
    filled = {**os.environ, "POSTGRES_PASSWORD": "x"}
    command = [
        client,
        "compose",
        "--env-file",
        ".env.example",
        "config",
        "--quiet",
        "--no-env-resolution",
    ]
    done = subprocess.run(
        command, cwd=ROOT, env=filled, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_image_runs_as_nobody_in_particular():
    users = re.findall(r"^USER (\S+)", read("Dockerfile"), re.MULTILINE)
    assert users == ["mentoring"]
