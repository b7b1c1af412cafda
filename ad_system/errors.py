"""How the project's own commands say no."""

from __future__ import annotations


class CannotStart(Exception):
    """The system cannot start, or go on, as things are. The text is a sentence that a person can act on."""
