#!/bin/sh
# Called by ./run check. Every check runs, also after one has failed.
set -eu

PATH=$PWD/.venv-dev/bin:$PATH
TEST_RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/city-check.XXXXXX")
export PATH TEST_RUN_DIR
trap 'rm -rf "$TEST_RUN_DIR"' EXIT
failed=

check() {
    name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        echo "$output"
        failed="$failed $name,"
    fi
}

# Safe values of no real installation: production settings must load and pass Django's deployment checks.
deployment() {
    DJANGO_SETTINGS_MODULE=contact_centre.settings.production \
        VAR_DIR="$TEST_RUN_DIR" \
        SECRET_KEY="$(python -c 'import secrets; print(secrets.token_hex(40))')" \
        PUBLIC_URL=https://kontakt.city.test MAIL_DOMAIN=kontakt.city.test \
        DATABASE_URL=postgres://city:9fB2xQ7kLm@database.city.test/city \
        CELERY_BROKER_URL=redis://:9fB2xQ7kLm@redis.city.test/0 \
        CHANNEL_LAYER_URL=redis://:9fB2xQ7kLm@redis.city.test/1 \
        CACHE_URL=redis://:9fB2xQ7kLm@redis.city.test/2 \
        EMAIL_URL=smtp+tls://city:9fB2xQ7kLm@mail.city.test:587 \
        python manage.py check --deploy --fail-level WARNING
}

check "format" ruff format --check .
check "lint" ruff check .
check "types" mypy
check "contracts" lint-imports
check "migrations" python manage.py makemigrations --check --dry-run --settings contact_centre.settings.test
check "deployment" deployment
check "locks" python tools/locks.py check

if [ -n "$failed" ]; then
    echo "Failed:${failed%,}"
    exit 1
fi
