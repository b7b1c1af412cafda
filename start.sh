#!/bin/sh
# Runs the whole system: makes the virtual environment on the first start, then `manage.py up` with the same arguments.
# PYTHON=/path/to/python3.12 ./start.sh makes it with that one. ./start.sh --docker runs it in containers instead.
set -eu

unset CDPATH
cd "$(dirname "$0")"

venv=.venv
stamp=$venv/requirements.cksum
unfinished=$venv/unfinished

say() { printf '%s\n' "start: $*"; }
fail() { printf '%s\n' "start: $*" >&2; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
can_make_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# Sets `python`, or says what to install. A version manager may offer a name that does not run, so each one is tried.
find_python() {
    without_venv=
    for python in "${PYTHON:-python3.13}" python3.13 python3.12 python3.11 python3 python; do
        command -v "$python" >/dev/null 2>&1 && is_new_enough "$python" || continue
        can_make_venv "$python" && return
        without_venv=${without_venv:-$python}
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        fail "$without_venv cannot make a virtual environment. On Debian and Ubuntu: apt install python$version-venv"
    fi
    fail "Python 3.11 or newer is needed. On Debian and Ubuntu: apt install python3 python3-venv;" \
        "on macOS: brew install python@3.13; elsewhere: https://www.python.org/downloads/"
}

# An interrupted start leaves a part of an environment behind, and an upgrade of Python one that does not run.
is_usable() { [ ! -e "$unfinished" ] && [ -x "$venv/bin/python" ] && is_new_enough "$venv/bin/python"; }

make_venv() {
    find_python
    if [ -e "$venv" ]; then say "Replacing $venv, which is unfinished or does not run"; fi
    rm -rf "$venv" || fail "$venv cannot be replaced: remove it, as the user it belongs to."
    mkdir "$venv" || fail "The folder $(pwd) cannot be written to by this user."
    : >"$unfinished"
    say "Making $venv with $("$python" --version 2>&1)"
    "$python" -m venv "$venv" || fail "The virtual environment could not be made: see above."
}

install() {
    : >"$unfinished" || fail "$venv belongs to another user: start as that user, or remove it."
    say "Installing what requirements.txt names (a minute, and only when it has changed)"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt ||
        fail "The installation failed: see above. It needs the network once; then run this again."
    cksum requirements.txt >"$stamp"
    rm "$unfinished"
}

if [ "${1:-}" = --docker ]; then
    shift
    docker compose version >/dev/null 2>&1 ||
        fail "Docker with its compose plugin is needed: https://docs.docker.com/engine/install/"
    exec docker compose up --build "$@"
fi

is_usable || make_venv
[ "$(cksum requirements.txt)" = "$(cat "$stamp" 2>/dev/null)" ] || install

exec "$venv/bin/python" manage.py up "$@"
