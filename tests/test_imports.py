"""Every module can be imported: the type checker knows a newer Django than the one that runs."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.plugin.runs import ROOT

PACKAGES = ("ad_system", "campaigns")


def modules() -> list[str]:
    files = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
    return [".".join(module_parts(file.relative_to(ROOT))) for file in files]


def module_parts(file: Path) -> tuple[str, ...]:
    return file.parent.parts if file.name == "__init__.py" else file.with_suffix("").parts


@pytest.mark.parametrize("name", modules())
def test_module_can_be_imported(name: str) -> None:
    module = importlib.import_module(name)

    assert module.__name__ == name


@pytest.mark.parametrize("package", PACKAGES)
def test_folder_with_modules_is_a_package(package: str) -> None:
    folders = {file.parent for file in (ROOT / package).rglob("*.py")}

    missing = sorted(str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists())

    assert missing == []
