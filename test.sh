#!/bin/sh
# Runs every check, then every test on both databases. It sets itself up: Python 3.11 or newer is all it needs.
#
#   ./test.sh              everything
#   ./test.sh -k budget    the checks, and the tests that match: what pytest understands is handed to it
#   ./test.sh --long       looks at many more random cases in the tests that make them up, kills parts of whole systems
#                          for ten minutes, says which lines no test ran, and then puts faults into a copy of the code,
#                          one by one, to see that the tests notice
set -eu

unset CDPATH
cd "$(dirname "$0")"

venv=.venv
python=$venv/bin/python
stamp=$venv/requirements-dev.cksum
workers=4

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The checks see neither the settings of a person nor the data of the desk.
unset PRODUCTION DEBUG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS DATABASE_URL CELERY_BROKER_URL ALLOW_TIME_TRAVEL
unset SECRET_KEY_FILE SECRET_KEY_FALLBACKS DATABASE_URL_FILE DATABASE_PASSWORD DATABASE_PASSWORD_FILE
unset DATABASE_REPLICA_URL CELERY_BROKER_URL_FILE CELERY_BROKER_PASSWORD CELERY_BROKER_PASSWORD_FILE FLOWER_PASSWORD
unset METRICS_TOKEN TRUSTED_PROXIES LOG_FORMAT
export DATA_DIR="$scratch/data" SECRET_KEY=only-for-checks COVERAGE_FILE="$scratch/coverage"

failed=

say() { printf 'test: %s\n' "$*"; }

set_up() {
    # start.sh knows how to make the environment and keep it up to date; asked for help, it does no more than that.
    ./start.sh --help >"$scratch/start" || { cat "$scratch/start" >&2; exit 1; }
    [ "$(wanted)" != "$(cat "$stamp" 2>/dev/null)" ] || return 0
    "$python" -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt || {
        say "The installation failed: see above. It needs the network once; then run this again." >&2
        exit 1
    }
    wanted >"$stamp"
}

wanted() { cksum requirements.txt requirements-flower.txt requirements-dev.txt; }

# check NAME COMMAND...: one line if all is well, all that was said if not.
check() {
    name=$1
    shift
    began=$(date +%s)
    if "$@" >"$scratch/said" 2>&1; then
        say "$name: ok ($(($(date +%s) - began)) s)"
    else
        say "$name: FAILED ($(($(date +%s) - began)) s): $*"
        cat "$scratch/said"
        failed="$failed${failed:+, }$name"
    fi
}

check_deployment() {
    PRODUCTION=1 ALLOWED_HOSTS=desk.example.com TRUSTED_PROXIES=127.0.0.1 DATABASE_URL=postgres://desk:secret@localhost/desk \
        CELERY_BROKER_URL=redis://localhost:6379/0 \
        SECRET_KEY=$("$python" -c 'import secrets; print(secrets.token_urlsafe(64))') \
        "$python" manage.py check --deploy --fail-level WARNING
}

random_cases=default
only_long=
for argument; do
    shift
    case $argument in
    # And there, a single test may take its time.
    --long) random_cases=long only_long="--cov --cov-config=coverage.ini --override-ini=faulthandler_timeout=1800" ;;
    *) set -- "$@" "$argument" ;;
    esac
done

began=$(date +%s)
set_up
say "environment: ok ($(($(date +%s) - began)) s)"
check format "$python" -m ruff format --check .
check lint "$python" -m ruff check .
check imports "$venv/bin/lint-imports"
check types "$python" -m mypy .
check migrations "$python" manage.py makemigrations --check --dry-run
check deployment check_deployment

if [ -n "$failed" ]; then
    say "failed: $failed. The tests were not run." >&2
    exit 1
fi

say "tests, on $workers workers:"
# Counting which lines ran makes the tests a third slower. Unquoted: several words, or none.
# shellcheck disable=SC2086
"$python" -m pytest -n "$workers" --hypothesis-profile="$random_cases" -rfEs $only_long "$@"

if [ "$random_cases" = long ] && [ $# -eq 0 ]; then
    say "faults, put into a copy of the code:"
    "$python" -m tests.mutants
fi
