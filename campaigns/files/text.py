"""Text: a file's physical lines, whichever of the usual encodings it is in."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from campaigns.errors import UnreadableFile

# A line of this length is no row of a table; without an end, a line would be read into memory whole.
LONGEST_LINE = 1_000_000
_SAMPLE = 65536

# What people rename to .csv, by its first bytes.
_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"\x1f\x8b": "a gzip archive",
    b"%PDF": "a PDF document",
    codecs.BOM_UTF32_LE: "UTF-32 text",
    codecs.BOM_UTF32_BE: "UTF-32 text",
}
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_lines(path: Path) -> Iterator[str]:
    """Yield the file's physical lines, each with the line end that it has: LF, CR LF or CR.

    :raises UnreadableFile: if there is no such file, or it is no text in UTF-8 or UTF-16; perhaps after some lines.
    """
    number = 0
    with _open(path) as text:
        readline = text.readline
        try:
            while line := readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    problem = f"over {LONGEST_LINE:,} characters, so this is no table"
                    raise UnreadableFile(f"{path.name}, line {number}: {problem}.")
                yield line
        except UnicodeDecodeError as error:
            raise UnreadableFile(f"{_where_it_breaks(path, error)}. Save the file as CSV in UTF-8.") from error


def _open(path: Path) -> TextIO:
    try:
        if path.is_dir():
            raise UnreadableFile(f"{path} is a folder: name a file in it.")
        if not path.exists():
            raise UnreadableFile(f"There is no file {path}.")
        if not path.is_file():
            raise UnreadableFile(f"{path} is not a regular file: save the table to a file first.")
        with path.open("rb") as file:
            encoding = _encoding(file, path)
        # Without translation of line ends, so that quoted cells keep theirs.
        return path.open(encoding=encoding, newline="")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"The file {str(path)[:200]!r} cannot be read: {reason}.") from error


def _encoding(file: BinaryIO, path: Path) -> str:
    sample = file.read(_SAMPLE)
    if not sample:
        raise UnreadableFile(f"{path.name} is empty.")
    for signature, what in _SIGNATURES.items():
        if sample.startswith(signature):
            raise UnreadableFile(f"{path.name} is {what}: save the table as CSV in UTF-8.")
    for bom, encoding in _BOMS.items():
        if sample.startswith(bom):
            return encoding
    encoding_without_bom = _guess(sample)
    if encoding_without_bom is None:
        raise UnreadableFile(f"{path.name} is a binary file, not a table: save it as CSV in UTF-8.")
    return encoding_without_bom


def _guess(sample: bytes) -> str | None:
    """Tell UTF-16 without its mark by where the zero bytes are: every digit and every delimiter has one."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if not even and not odd:
        return "utf-8"
    if max(even, odd) * 10 < len(sample):
        return None
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else None


def _where_it_breaks(path: Path, error: UnicodeDecodeError) -> str:
    """Say what the text is not. It is decoded in blocks, so the line with the bad byte has to be looked for."""
    if not error.encoding.startswith("utf-8"):
        return f"{path.name}: this is not UTF-16 text"
    with path.open("rb") as file:
        line = next((number for number, line in enumerate(file, 1) if not _is_utf8(line)), 0)
    return f"{path.name}, line {line}: this is not UTF-8 text"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
