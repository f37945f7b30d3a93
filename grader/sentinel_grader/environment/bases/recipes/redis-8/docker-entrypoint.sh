#!/bin/sh
# What people rely on in the official image's entrypoint: `docker run redis:8 --appendonly yes` passes options to the
# server, the server runs as the user redis and owns its data, and other containers may connect.
set -e

case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ]; then
  # Debian's Redis refuses other hosts unless it has a password (protected mode); the official image is built without.
  case "$*" in
    *protected-mode*) ;;
    *) set -- "$@" --protected-mode no ;;
  esac
  if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis:redis {} +
    exec setpriv --reuid=redis --regid=redis --clear-groups -- "$@"
  fi
fi

exec "$@"
