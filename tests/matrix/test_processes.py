"""The commands as real processes: what a shell hands over as it is, bytes that are no text among them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.plugin.runs import ROOT
from tests.processes import Installation

pytestmark = [pytest.mark.system, pytest.mark.sqlite]

_MAKE = (
    "from django.utils import timezone; from campaigns.services import *; now = timezone.now(); "
    "create_campaign(brand_id=create_brand(name='Acme', now=now).pk, name='Search', now=now)"
)


def _start(installation: Installation, *arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [os.fsencode(sys.executable), b"manage.py", *(map(os.fsencode, arguments))],
        cwd=ROOT,
        env=installation.environment,
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_arguments_of_a_shell_are_taken_or_refused_in_one_line(
    installation: Installation, subtests: pytest.Subtests
) -> None:
    assert _start(installation, "shell", "-c", _MAKE).returncode == 0

    for arguments, code, words in (
        (("Acme/Search", "5", "--reference", b"a\xffb"), 1, b"cannot be kept"),
        ((b"Acme/\xff", "5"), 2, b"characters that no name can have"),
        (("Acme/Search", "5.000001", "--reference", "🦊 =cmd|' /C calc'!A0"), 0, b""),
    ):
        with subtests.test(arguments=arguments):
            done = _start(installation, "record_spend", *arguments)
            assert (done.returncode, done.stderr.count(b"\n")) == (code, 1 if code else 0), done
            assert words in done.stderr
            assert b"Traceback" not in done.stderr

    read = "from campaigns.models import SpendLog; print(*SpendLog.objects.values_list('amount', 'reference'))"
    said = _start(installation, "shell", "-v", "0", "-c", read).stdout.decode()
    assert said.strip() == """(Decimal('5.000001'), "🦊 =cmd|' /C calc'!A0")"""
