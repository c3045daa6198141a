#!/bin/sh
# Throwaway PostgreSQL and Redis on unix sockets in a temporary directory, for tests and measurements.
#   tools/services.sh missing          says what is missing on this machine; silent when nothing is
#   tools/services.sh with COMMAND ... runs the command with DATABASE_URL, CELERY_BROKER_URL, CHANNEL_LAYER_URL
#                                      and CACHE_URL set; afterwards nothing is left
# With DURABLE=1 PostgreSQL syncs every commit, as in production.
set -eu

# Both servers refuse to work for root; then they work for this user.
if [ "$(id -u)" = 0 ]; then
    if id postgres > /dev/null 2>&1; then servant=postgres; else servant=nobody; fi
else
    servant=
fi

as_servant() {
    if [ -z "$servant" ]; then
        "$@"
    elif command -v setpriv > /dev/null; then
        setpriv --reuid "$servant" --regid "$(id -g "$servant")" --clear-groups "$@"
    else
        runuser -u "$servant" -- "$@"
    fi
}

find_postgres() {
    for directory in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV) /usr/local/pgsql/bin /usr/local/bin /usr/bin; do
        if [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then
            echo "$directory"
            return
        fi
    done
}

find_redis() { command -v redis-server || command -v valkey-server || true; }

missing() {
    [ -n "$(find_postgres)" ] || echo "PostgreSQL (Debian: apt install postgresql)"
    [ -n "$(find_redis)" ] || echo "Redis (Debian: apt install redis-server)"
}

stop() {
    trap - EXIT INT TERM HUP
    if [ -f "$room/data/postmaster.pid" ]; then
        as_servant "$postgres/pg_ctl" stop --silent --mode immediate --pgdata "$room/data" || true
    fi
    if [ -f "$room/redis.pid" ]; then
        kill -KILL "$(cat "$room/redis.pid")" 2> /dev/null || true
    fi
    rm -rf "$room"
}

start_postgres() {
    as_servant "$postgres/initdb" --pgdata "$room/data" --username city --auth trust --encoding UTF8 \
        --locale C.UTF-8 > "$room/initdb.log" 2>&1 || { cat "$room/initdb.log" >&2; exit 1; }
    options="-c listen_addresses= -c unix_socket_directories=$room -c max_connections=200"
    if [ -z "${DURABLE:-}" ]; then
        options="$options -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    fi
    as_servant "$postgres/pg_ctl" start --silent --wait --pgdata "$room/data" --log "$room/postgres.log" \
        --options "$options" > /dev/null || { cat "$room/postgres.log" >&2; exit 1; }
    as_servant "$postgres/createdb" --host "$room" --username city city
}

start_redis() {
    as_servant "$redis" --port 0 --unixsocket "$room/redis.sock" --unixsocketperm 777 --databases 64 --save '' --appendonly no \
        --dir "$room" --daemonize yes --pidfile "$room/redis.pid" --logfile "$room/redis.log" > /dev/null
    tries=100
    while [ ! -S "$room/redis.sock" ] || [ ! -f "$room/redis.pid" ]; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || { cat "$room/redis.log" >&2; exit 1; }
        sleep 0.1
    done
}

with() {
    postgres=$(find_postgres)
    redis=$(find_redis)
    [ -n "$postgres" ] && [ -n "$redis" ] || { missing >&2; exit 1; }
    room=$(mktemp -d /tmp/city-services.XXXXXX) # a short path: a socket's name may have about 100 characters
    trap stop EXIT
    trap 'stop; exit 130' INT TERM HUP
    if [ -n "$servant" ]; then chown "$servant" "$room"; fi
    chmod 755 "$room"
    start_postgres
    start_redis
    DATABASE_URL="postgres://city@/$room/city" \
        CELERY_BROKER_URL="redis+socket://$room/redis.sock?virtual_host=0" \
        CHANNEL_LAYER_URL="unix://$room/redis.sock?db=1" \
        CACHE_URL="rediscache://$room/redis.sock?db=2" \
        "$@"
}

case "${1:-}" in
    missing) missing ;;
    with) shift; with "$@" ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
esac
