"""Pictures: SVG made here, from plain values, by pure functions. No script, no inline style: CSS colours classes.

Every picture has a title and a description for those who listen, and its numbers as a table below it. Across, all is
in percent and fits any width without shrinking its words; down, it is in pixels.
"""

from __future__ import annotations
