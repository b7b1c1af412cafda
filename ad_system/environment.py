"""Every setting that the environment (or a `.env` file) can change, with its type and default.

`settings.py` turns these into Django's settings. `docs/reference/settings.md` lists each of them.
"""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ad_system import production
from ad_system.secret_files import SECRETS, SecretFiles, Unreadable
from campaigns.errors import InvalidTimeZone
from campaigns.rules.periods import find_zone

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """Read once, at start. A value that cannot be used stops the process with a sentence."""

    model_config = SettingsConfigDict(env_file=BASE_DIR / ".env", extra="ignore", frozen=True)

    production: bool = Field(
        default=False, description="Run for real: refuse every setting that is only safe on a laptop."
    )
    debug: bool = Field(default=False, description="Show technical error pages. Never in production.")
    secret_key: str = Field(
        default="", repr=False, description="Signs sessions. Empty: one is made and kept in DATA_DIR."
    )
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default=["localhost", "127.0.0.1", "[::1]"],
        description="Host names that the web server answers to, separated by commas.",
    )
    csrf_trusted_origins: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Origins (https://desk.example.com) behind a proxy that may post forms, separated by commas.",
    )
    data_dir: Path = Field(
        default=BASE_DIR / "var",
        description="Where the embedded database, broker, key and locks are kept.",
    )
    database_url: str = Field(
        default="",
        repr=False,
        description="postgres://user:password@host:5432/name, or empty for SQLite in DATA_DIR.",
    )
    lock_timeout: float = Field(
        default=0,
        ge=0,
        le=300,
        description="Seconds that a writer waits for another one. 0: 5 for a brand on PostgreSQL, 20 on SQLite.",
    )
    celery_broker_url: str = Field(
        default="",
        repr=False,
        description="redis://host:6379/0, or empty for the embedded broker of `manage.py up`.",
    )
    default_time_zone: str = Field(default="UTC", description="The time zone that a new brand starts with (IANA name).")
    default_currency: str = Field(default="USD", description="The currency that a new brand starts with (ISO 4217).")
    allow_time_travel: bool = Field(
        default=False,
        description="Let commands take --now. For trials and tests; production refuses to start with it.",
    )
    fan_out_brands: int = Field(
        default=1000,
        ge=1,
        description="A pass over more brands than this is cut into ranges, one task each.",
    )
    import_max_megabytes: int = Field(
        default=50,
        ge=1,
        description="The largest spend file that the admin takes; import_spend takes any.",
    )
    budget_thresholds: Annotated[list[int], NoDecode] = Field(
        default=[80, 100],
        description="Shares of a budget, in percent and separated by commas, that webhooks are told of.",
    )
    webhook_timeout: float = Field(
        default=10,
        gt=0,
        le=60,
        description="Seconds that a webhook's receiver has, from the first packet to the answer.",
    )
    webhook_allow_private: bool = Field(
        default=False,
        description="Let webhooks go to private addresses. For receivers inside the own network.",
    )
    webhook_allow_http: bool = Field(
        default=False,
        description="Let webhooks go out without TLS. For trials and tests; production refuses to start with it.",
    )
    metrics_token: str = Field(
        default="",
        repr=False,
        description="Opens /metrics and the details of /readyz, as a bearer token. Empty: this machine itself may.",
    )
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["line", "json"] = Field(
        default="line", description="line: for people. json: one object per line, with request and task, for machines."
    )

    password_length: int = Field(default=12, ge=8, description="The shortest password that a person may choose.")
    session_hours: int = Field(default=12, ge=1, description="After so many hours a person has to sign in again.")
    login_failures: int = Field(
        default=5, ge=1, description="After so many wrong passwords for a name, from an address, sign-in pauses."
    )
    login_pause_minutes: int = Field(default=15, ge=1, description="For so long it then pauses.")

    # Where it runs for real.
    secret_key_fallbacks: Annotated[list[str], NoDecode] = Field(
        default=[], repr=False, description="Keys of before, separated by commas: what they signed is still good."
    )
    database_password: str = Field(default="", repr=False, description="Takes the place of the one in DATABASE_URL.")
    database_replica_url: str = Field(
        default="",
        repr=False,
        description="A replica of the database that exports read from. Empty: the database itself.",
    )
    database_pooler: bool = Field(
        default=False, description="A pooler in transaction mode (PgBouncer) stands before PostgreSQL."
    )
    allow_sqlite: bool = Field(
        default=False, description="Run on SQLite in production, on purpose: one host, and a file to back up."
    )
    celery_broker_password: str = Field(
        default="", repr=False, description="Takes the place of the one in CELERY_BROKER_URL."
    )
    flower_password: str = Field(default="", repr=False, description="Lets the user `flower` see Flower's pages.")
    trusted_proxies: Annotated[list[str], NoDecode] = Field(
        default=[],
        description="Addresses or networks of the proxies in front, separated by commas: their headers are believed.",
    )
    web_processes: int = Field(default=1, ge=1, description="Processes of the web server.")
    keep_history_days: int = Field(
        default=0, ge=0, description="Starts and stops of campaigns are deleted after so many days. 0: never."
    )
    keep_audit_days: int = Field(
        default=0, ge=0, description="What people and programs did is deleted after so many days. 0: never."
    )
    keep_sign_ins_days: int = Field(
        default=0, ge=0, description="Who signed in, when and from where is deleted after so many days. 0: never."
    )
    keep_refusals_days: int = Field(
        default=0, ge=0, description="Counts of refused spend are added up over all days before these. 0: never."
    )
    keep_imports_days: int = Field(
        default=0, ge=0, description="Imports that recorded nothing are deleted after so many days. 0: never."
    )
    keep_messages_days: int = Field(
        default=30, ge=0, description="Messages of webhooks that are done are deleted after so many days. 0: never."
    )
    worker_processes: int = Field(default=2, ge=1, description="Tasks that one worker runs at once.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003, a folder of secrets: we take single files
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets from the files that `…_FILE` names, before the environment and `.env`."""
        return (init_settings, SecretFiles(settings_cls), env_settings, dotenv_settings)

    @field_validator(*SECRETS, mode="before")
    @classmethod
    def _read_secrets(cls, value: object) -> object:
        if not isinstance(value, Unreadable):
            return value
        raise ValueError(value.sentence)

    @field_validator(
        "allowed_hosts",
        "csrf_trusted_origins",
        "budget_thresholds",
        "secret_key_fallbacks",
        "trusted_proxies",
        mode="before",
    )
    @classmethod
    def _split_at_commas(cls, value: object) -> object:
        # In a file of secrets, each line may hold one.
        parts = re.split(r"[,\n]", value) if isinstance(value, str) else []
        return [part.strip() for part in parts if part.strip()] if isinstance(value, str) else value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _start_from_the_project(cls, value: object) -> object:
        # DATA_DIR=data means the same folder wherever a command is started, and an empty one is not the project itself.
        return BASE_DIR / (value or "var") if isinstance(value, str) else value

    @field_validator("default_time_zone")
    @classmethod
    def _know_the_zone(cls, value: str) -> str:
        try:
            return find_zone(value).key
        except InvalidTimeZone as refusal:
            raise ValueError(str(refusal)) from refusal

    @field_validator("budget_thresholds")
    @classmethod
    def _know_the_thresholds(cls, value: list[int]) -> list[int]:
        if not all(0 < percent <= 1000 for percent in value):
            raise ValueError("use whole percents from 1 to 1000, such as 80,100")
        return sorted(set(value))

    @field_validator("trusted_proxies")
    @classmethod
    def _know_the_proxies(cls, value: list[str]) -> list[str]:
        for proxy in value:
            try:
                ip_network(proxy)
            except ValueError as error:
                raise ValueError(f"{proxy} is no address and no network: use 10.0.0.5 or 172.30.0.0/24") from error
        return value

    @field_validator("log_level")
    @classmethod
    def _know_the_level(cls, value: str) -> str:
        level = value.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("use DEBUG, INFO, WARNING or ERROR")
        return level

    @model_validator(mode="after")
    def _need_a_place_for_the_data(self) -> Self:
        if self.secret_key and self.database_url and self.celery_broker_url:
            return self
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"DATA_DIR {self.data_dir} cannot be made: {error.strerror}") from error
        if not os.access(self.data_dir, os.W_OK | os.X_OK):
            raise ValueError(f"DATA_DIR {self.data_dir} is not writable for this user: choose another one")
        return self

    @model_validator(mode="after")
    def _refuse_laptop_settings_in_production(self) -> Self:
        if not self.production:
            return self
        found = production.refusals(self)
        if found:
            raise ValueError("not safe in production. " + ". ".join(found))
        return self
