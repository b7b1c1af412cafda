"""Secrets from files: `SECRET_KEY_FILE=/run/secrets/secret_key` instead of `SECRET_KEY`, as containers have them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import PydanticBaseSettingsSource

SECRETS = (
    "secret_key",
    "secret_key_fallbacks",
    "database_url",
    "database_password",
    "database_replica_url",
    "celery_broker_url",
    "celery_broker_password",
    "flower_password",
    "metrics_token",
)


# Whose file may be empty: most of the time there is none.
OPTIONAL = frozenset({"secret_key_fallbacks"})


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Stands in the place of a secret that cannot be read; the sentence says why."""

    sentence: str


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the files that `…_FILE` names in the environment of the process."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[str | Unreadable | None, str, bool]:
        """Return the content of the field's file, its name, and that it is no JSON. None: no file is named."""
        return (_read(field_name.upper()) if field_name in SECRETS else None), field_name, False

    def __call__(self) -> dict[str, str | Unreadable]:
        """Return every secret that a file holds, by its field."""
        found = {name: _read(name.upper()) for name in SECRETS}
        return {name: value for name, value in found.items() if value is not None}


def _read(setting: str) -> str | Unreadable | None:
    path = os.environ.get(f"{setting}_FILE")
    if not path:
        return None
    if os.environ.get(setting):
        return Unreadable(f"is given twice: leave {setting} or {setting}_FILE out")
    try:
        content = Path(path).read_text().strip()
    except OSError as error:
        return Unreadable(f"cannot be read from {path} ({setting}_FILE): {error.strerror}")
    except UnicodeDecodeError:
        return Unreadable(f"cannot be read from {path} ({setting}_FILE): it is no text")
    if setting.lower() in OPTIONAL:
        return content
    return content or Unreadable(f"is missing: {path} ({setting}_FILE) is empty")
