#!/bin/sh
# Called by ./run test. Runs the suite on both engines and in the browser, as far as this machine can.
# With REQUIRE_ALL=1 whatever had to be skipped is a failure.
set -eu

PATH=$PWD/.venv-dev/bin:$PATH
export PATH
unset PYTHONDONTWRITEBYTECODE # each worker of each part would compile every module anew
if [ $# -gt 0 ]; then
    exec python -m pytest "$@"
fi

TEST_RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/city-tests.XXXXXX")
export TEST_RUN_DIR
trap 'rm -rf "$TEST_RUN_DIR"' EXIT
trap 'exit 130' INT TERM HUP
failed=
skipped=
strict=
if [ "${REQUIRE_ALL:-}" = 1 ]; then strict="-p tests.no_skips"; fi

# $1 what it is called; the rest is the command. A failure is remembered and the next part still runs.
part() {
    name=$1
    shift
    echo "== $name"
    if "$@"; then code=0; else code=$?; fi
    case $code in
        0) ;;
        5) skip "$name: there are no such tests" ;;
        130) exit 130 ;;
        *) failed="$failed
  - $name" ;;
    esac
}

skip() {
    skipped="$skipped
  - $1"
}

# The real model, trained once for all parts and kept for the next run: its directory is named by what it was made of.
MODELS_DIR=$PWD/.cache/models
export MODELS_DIR
train() {
    manage migrate && cp "$TEST_RUN_DIR/training.sqlite3" "$TEST_RUN_DIR/migrated.sqlite3" &&
        manage load_city && manage prepare_classifier
}

manage() {
    DATABASE_URL=sqlite:///$TEST_RUN_DIR/training.sqlite3 \
        python manage.py "$1" --settings contact_centre.settings.test > /dev/null
}

part "Classifier" train
part "Without a database" python -m pytest $strict -n auto -m no_database
part "SQLite" python -m pytest $strict -n auto -m "not no_database and not browser and not postgresql and not redis"

missing=$(tools/services.sh missing)
if [ -z "$missing" ]; then
    part "PostgreSQL and Redis" tools/services.sh with python -m pytest $strict -n auto -m "not no_database and not browser and not embedded"
else
    skip "PostgreSQL and Redis: missing $(echo "$missing" | tr '\n' ' ')"
fi

CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
export CHROMIUM
if [ -n "$CHROMIUM" ]; then
    part "Browser" python -m pytest $strict -m browser
else
    skip "Browser: no Chromium (Debian: apt install chromium)"
fi

echo "== Summary"
if [ -n "$skipped" ]; then echo "Skipped:$skipped"; else echo "Nothing was skipped."; fi
if [ -n "$failed" ]; then echo "Failed:$failed"; fi
if [ -n "$skipped" ] && [ "${REQUIRE_ALL:-}" = 1 ]; then
    echo "REQUIRE_ALL=1: what was skipped counts as failed."
    exit 1
fi
[ -z "$failed" ]
