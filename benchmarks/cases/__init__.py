"""The cases, one module for each subject. Whatever stands in a module's `CASES` is run."""

from __future__ import annotations

import importlib
import pkgutil

from benchmarks.case import Case


def all_cases() -> list[Case]:
    """Return every case, module by module."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [case for name in modules for case in importlib.import_module(f"{__name__}.{name}").CASES]


def find_case(name: str) -> Case:
    """Return the case of that name."""
    return next(case for case in all_cases() if case.about.name == name)
