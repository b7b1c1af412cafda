"""Bytes to lines: encodings with and without their mark, every line end, and what is no text at all."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from campaigns.errors import UnreadableFile
from campaigns.files import text
from campaigns.files.text import read_lines

TABLE = "campaign;cost\nSuche „Köln“;1.50\n検索;2.00\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_read_lines_knows_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "spend.csv"
    path.write_bytes(TABLE.encode(encoding))

    assert "".join(read_lines(path)) == TABLE


def test_read_lines_knows_big_endian_with_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_bytes(b"\xfe\xff" + TABLE.encode("utf-16-be"))

    assert "".join(read_lines(path)) == TABLE


def test_read_lines_keeps_every_line_end(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_bytes(b"one\ntwo\r\nthree\rfour")

    assert list(read_lines(path)) == ["one\n", "two\r\n", "three\r", "four"]


def test_read_lines_names_the_line_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_bytes(b"campaign,cost\n" + 20_000 * b"Search,1.50\n" + "Köln,2.00\n".encode("latin-1") + b"Last,3.00\n")

    with pytest.raises(UnreadableFile, match=r"^spend\.csv, line 20002: this is not UTF-8 text\."):
        list(read_lines(path))


def test_read_lines_refuses_half_a_character_of_utf16(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.write_bytes(TABLE.encode("utf-16") + b"\x00")

    with pytest.raises(UnreadableFile, match=r"this is not UTF-16 text\."):
        list(read_lines(path))


def zip_archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sheet.xml", "<cells/>")


def gzip_archive(path: Path) -> None:
    path.write_bytes(gzip.compress(TABLE.encode()))


def old_workbook(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))


def utf32(path: Path) -> None:
    path.write_bytes(TABLE.encode("utf-32"))


def picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)


def one_stray_zero(path: Path) -> None:
    path.write_bytes(b"campaign,cost\nSearch,1\x000\n")


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (zip_archive, "a spreadsheet or a zip archive"),
        (gzip_archive, "a gzip archive"),
        (old_workbook, "an old Excel workbook"),
        (utf32, "UTF-32 text"),
        (picture, "a binary file"),
        (one_stray_zero, "a binary file"),
    ],
)
def test_read_lines_refuses_what_is_no_text(tmp_path: Path, write: object, words: str) -> None:
    path = tmp_path / "spend.csv"
    assert callable(write)
    write(path)

    with pytest.raises(UnreadableFile, match=f"^spend.csv is {words}"):
        list(read_lines(path))


def test_read_lines_refuses_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "spend.csv"
    path.touch()

    with pytest.raises(UnreadableFile, match=r"^spend\.csv is empty\.$"):
        list(read_lines(path))


def test_read_lines_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^There is no file .*nowhere\.csv\.$"):
        list(read_lines(tmp_path / "nowhere.csv"))


def test_read_lines_refuses_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"is a folder"):
        list(read_lines(tmp_path))


def test_read_lines_refuses_what_is_no_regular_file() -> None:
    with pytest.raises(UnreadableFile, match=r"/dev/null is not a regular file"):
        list(read_lines(Path("/dev/null")))


@pytest.mark.parametrize("name", ["x" * 5000, "nul\x00.csv"])
def test_read_lines_refuses_an_impossible_name(name: str) -> None:
    with pytest.raises(UnreadableFile):
        list(read_lines(Path(name)))


def test_read_lines_does_not_read_an_endless_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LONGEST_LINE", 100)
    path = tmp_path / "spend.csv"
    path.write_text("campaign,cost\n" + "x" * 300)

    with pytest.raises(UnreadableFile, match=r"line 2: over 100 characters"):
        list(read_lines(path))
