#!/bin/sh
# Measures how fast the desk is, next to the floor: hand-written SQL that does the same. It sets itself up, as test.sh
# does, starts a PostgreSQL of its own (with fsync) and removes everything afterwards.
#
#   ./bench.sh                                        every case, on a thousand campaigns
#   ./bench.sh --size 100k --case one_entry --profile
#   ./bench.sh --json figures.json
set -eu

unset CDPATH
cd "$(dirname "$0")"

venv=.venv
python=$venv/bin/python
stamp=$venv/requirements-dev.cksum

say() { printf '%s\n' "bench: $*" >&2; }

# start.sh knows how to make the environment and keep it up to date; asked for help, it does no more than that.
said=$(./start.sh --help 2>&1) || { printf '%s\n' "$said" >&2; exit 1; }
wanted() { cksum requirements.txt requirements-dev.txt; }
if [ "$(wanted)" != "$(cat "$stamp" 2>/dev/null)" ]; then
    "$python" -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt || {
        say "The installation failed: see above. It needs the network once; then run this again."
        exit 1
    }
    wanted >"$stamp"
fi

# The settings of a person are not what is measured.
unset PRODUCTION DEBUG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS DATABASE_URL CELERY_BROKER_URL ALLOW_TIME_TRAVEL

exec "$python" -m benchmarks "$@"
