"""The files of the containers, as far as they can be judged without an engine that runs them."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from ad_system.environment import Environment
from ad_system.management.commands.run_part import NAMES
from ad_system.secret_files import SECRETS
from tests.containers import compose
from tests.containers.compose import PRODUCTION, TRIAL, as_map, as_texts
from tests.containers.image import copied_paths, instructions
from tests.plugin.runs import ROOT

PARTS = {"web": "web", "celery-worker": "worker", "celery-beat": "beat", "celery-flower": "flower"}
SITE = {"SITE": "desk.example.com"}
GOOD_SECRET = "9a5f0c33de1b4a7288e4c6d1f0b7352a9a5f0c33de1b4a7288e4c6d1f0b7352a"


def read_settings(
    service: str, *files: str, monkeypatch: pytest.MonkeyPatch, secrets: Path | None = None
) -> Environment:
    """Return the settings of a service, as its process would read them."""
    monkeypatch.setitem(Environment.model_config, "env_file", None)
    for name in Environment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    settings = compose.environment(compose.services(*files, variables=SITE)[service])
    for name, value in settings.items():
        monkeypatch.setenv(name, value.replace("/run/secrets", str(secrets)) if secrets else value)
    monkeypatch.setenv("DATA_DIR", str(ROOT / "var"))
    return Environment()


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """A folder with every secret that the files ask for."""
    for name in as_map(compose.read(PRODUCTION, variables=SITE)["secrets"]):
        (tmp_path / name).write_text(f"{GOOD_SECRET}\n")
    return tmp_path


def test_every_part_has_its_container_and_its_health_check() -> None:
    services = compose.services(TRIAL, variables={})

    assert set(services) == {"db", "redis", *PARTS}
    for name, part in PARTS.items():
        command, check = as_texts(services[name]["command"]), as_texts(as_map(services[name]["healthcheck"])["test"])
        assert command[:2] == ["run_part", part]
        assert check == ["CMD", "python", "manage.py", "is_alive", part]
    assert set(NAMES) == {*PARTS.values(), "migrate"}


@pytest.mark.parametrize("files", [[TRIAL], [TRIAL, PRODUCTION]])
def test_what_a_container_waits_for_is_healthy_and_in_no_circle(files: list[str]) -> None:
    services = compose.services(*files, variables=SITE)
    waits_for = {name: as_map(service.get("depends_on", {})) for name, service in services.items()}

    assert all(
        as_map(how) == {"condition": "service_healthy"} for needs in waits_for.values() for how in needs.values()
    )
    assert all("healthcheck" in services[needed] for needs in waits_for.values() for needed in needs)
    assert {"db", "redis", "web"} == set(waits_for["celery-worker"]) == set(waits_for["celery-beat"])
    started: set[str] = set()
    while ready := {name for name, needs in waits_for.items() if started.issuperset(needs)} - started:
        started |= ready
    assert started == set(services)


@pytest.mark.parametrize("files", [[TRIAL], [TRIAL, PRODUCTION]])
def test_a_part_can_neither_write_nor_become_more_than_it_is(files: list[str]) -> None:
    for name, service in compose.services(*files, variables=SITE).items():
        if name in PARTS:
            assert service["read_only"] is True
            assert as_texts(service["cap_drop"]) == ["ALL"]
            assert "no-new-privileges:true" in as_texts(service["security_opt"])
            # Nobody's source is put over the image's.
            assert as_texts(service["volumes"]) == ["data:/var/lib/ad_system"]


@pytest.mark.parametrize("files", [[TRIAL], [TRIAL, PRODUCTION]])
def test_only_the_web_is_open_to_the_world_and_only_in_production(files: list[str]) -> None:
    published = {
        name: as_texts(service["ports"])
        for name, service in compose.services(*files, variables=SITE).items()
        if "ports" in service
    }

    caddy = published.pop("caddy", [])
    assert caddy == (["80:80", "443:443", "443:443/udp"] if PRODUCTION in files else [])
    assert published == {"web": ["127.0.0.1:8000:8000"], "celery-flower": ["127.0.0.1:5555:5555"]}


def test_images_are_pinned_to_a_version() -> None:
    images = [str(service["image"]) for service in compose.services(TRIAL, PRODUCTION, variables=SITE).values()]
    images += [value.partition("=")[2] for word, value in instructions() if word == "ARG"]

    others = {image for image in images if not image.startswith("ad_system:")}
    assert len(others) == 4
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+", image) for image in others), others


def test_in_production_all_is_limited_restarted_and_forgotten_in_time() -> None:
    for name, service in compose.services(TRIAL, PRODUCTION, variables=SITE).items():
        assert service["restart"] == "unless-stopped", name
        assert "max-size" in as_map(as_map(service["logging"])["options"]), name
        limits = as_map(as_map(as_map(service["deploy"])["resources"])["limits"])
        assert {"memory", "pids"} == set(limits), name


def test_production_needs_the_name_of_its_site() -> None:
    with pytest.raises(compose.MissingVariable, match="set SITE to the name of this site"):
        compose.read(TRIAL, PRODUCTION, variables={})


def test_the_number_of_workers_is_a_variable() -> None:
    services = compose.services(TRIAL, PRODUCTION, variables={**SITE, "WORKERS": "3", "WORKER_PROCESSES": "8"})

    assert as_map(services["celery-worker"]["deploy"])["replicas"] == "3"
    assert compose.environment(services["celery-worker"])["WORKER_PROCESSES"] == "8"


@pytest.mark.parametrize("service", PARTS)
def test_production_starts_with_secrets_from_files(
    monkeypatch: pytest.MonkeyPatch, secrets: Path, service: str
) -> None:
    environment = read_settings(service, TRIAL, PRODUCTION, monkeypatch=monkeypatch, secrets=secrets)

    assert environment.production
    assert environment.secret_key == environment.database_password == environment.celery_broker_password == GOOD_SECRET
    assert environment.allowed_hosts == ["desk.example.com"]
    assert environment.log_format == "json"


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("web", "secret_key"),
        ("web", "metrics_token"),
        ("celery-worker", "database_password"),
        ("celery-beat", "redis_password"),
        ("celery-flower", "flower_password"),
    ],
)
@pytest.mark.parametrize("content", [None, "", "only-for-trials"])
def test_production_does_not_start_with_a_missing_or_a_known_secret(
    monkeypatch: pytest.MonkeyPatch, secrets: Path, service: str, name: str, content: str | None
) -> None:
    (secrets / name).unlink()
    if content is not None:
        (secrets / name).write_text(content)

    with pytest.raises(ValidationError):
        read_settings(service, TRIAL, PRODUCTION, monkeypatch=monkeypatch, secrets=secrets)


def test_old_keys_are_good_while_the_key_is_rotated(monkeypatch: pytest.MonkeyPatch, secrets: Path) -> None:
    (secrets / "secret_key_fallbacks").write_text("")
    assert read_settings("web", TRIAL, PRODUCTION, monkeypatch=monkeypatch, secrets=secrets).secret_key_fallbacks == []

    old = GOOD_SECRET[::-1]
    (secrets / "secret_key_fallbacks").write_text(f"{old}\n")
    environment = read_settings("web", TRIAL, PRODUCTION, monkeypatch=monkeypatch, secrets=secrets)
    assert environment.secret_key_fallbacks == [old]


def test_every_part_takes_any_other_setting_from_one_file() -> None:
    services = compose.services(TRIAL, PRODUCTION, variables=SITE)

    for part in PARTS:
        assert services[part]["env_file"] == [{"path": "./desk.env", "required": False}]
    # What it holds is nobody's business.
    assert "desk.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_production_does_not_start_with_what_the_trial_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not read_settings("web", TRIAL, monkeypatch=monkeypatch).production

    monkeypatch.setenv("PRODUCTION", "1")
    monkeypatch.setenv("SECRET_KEY", GOOD_SECRET)
    with pytest.raises(ValidationError, match="DATABASE_PASSWORD is one that others know"):
        Environment()


def test_every_name_in_the_environment_of_a_part_is_a_setting() -> None:
    known = {name.upper() for name in Environment.model_fields} | {f"{name.upper()}_FILE" for name in SECRETS}
    services = compose.services(TRIAL, PRODUCTION, variables=SITE)

    assert {name for part in PARTS for name in compose.environment(services[part])} <= known


def test_every_variable_is_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    variables = compose.variables_in(TRIAL) | compose.variables_in(PRODUCTION)

    assert {name for name in variables if f"`{name}`" not in page} == set()


def test_the_trusted_proxy_is_caddy() -> None:
    services = compose.services(TRIAL, PRODUCTION, variables=SITE)

    address = as_map(as_map(services["caddy"]["networks"])["edge"])["ipv4_address"]
    assert compose.environment(services["web"])["TRUSTED_PROXIES"] == address


def test_the_image_runs_as_nobody_and_holds_no_tools() -> None:
    words = instructions()
    stage = words[max(place for place, (word, _) in enumerate(words) if word == "FROM") :]

    assert [value for word, value in stage if word == "USER"] == ["10001:10001"]
    assert [value for word, value in stage if word == "ENTRYPOINT"] == ['["python", "manage.py"]']
    assert not [word for word, _ in words if word in {"ADD", "VOLUME"}]
    runs = " ".join(value for word, value in words if word == "RUN")
    assert "--only-binary :all:" in runs
    assert "pip uninstall" in " ".join(value for word, value in stage if word == "RUN")
    assert not re.search(r"apt-get|curl|wget|latest|SECRET|PASSWORD", (ROOT / "Dockerfile").read_text())


def test_the_image_is_given_exactly_what_it_copies() -> None:
    copied = set(copied_paths())
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in ignored if line.startswith("!")}

    assert copied == let_in
    assert all((ROOT / source).exists() for source in copied)
    assert "*" in ignored
    assert any(fnmatch.fnmatch("campaigns/__pycache__", line) for line in ignored)
