#!/bin/sh
# Fills a fresh WordPress and exports it; see README.md.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=${1:?work folder}
mkdir -p "$work"
work=$(cd "$work" && pwd)
export BLOG_POSTS="${2:-320}" BLOG_PICTURES="${3:-40}" BLOG_SOCKET="$work/run/db.sock"

rm -rf "$work/site" "$work/export" "$work/db" "$work/run"
mkdir -p "$work/db" "$work/run" "$work/export"
mariadb-install-db --no-defaults --datadir="$work/db" --auth-root-authentication-method=normal \
    --user="$(whoami)" >"$work/install.log" 2>&1
mariadbd --no-defaults --user="$(whoami)" --datadir="$work/db" --socket="$BLOG_SOCKET" \
    --pid-file="$work/run/db.pid" --skip-networking >"$work/db.log" 2>&1 &
database=$!
trap 'kill "$database" 2>/dev/null || true; wait "$database" 2>/dev/null || true' EXIT
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    mariadb --no-defaults -S "$BLOG_SOCKET" -uroot -e "select 1" >/dev/null 2>&1 && break
    sleep 1
done
mariadb --no-defaults -S "$BLOG_SOCKET" -uroot -e "create database blog character set utf8mb4"

cp -rL /usr/share/wordpress "$work/site"
cp "$here/wp-config.php" "$work/site/wp-config.php"
php "$here/install.php" "$work/site"
php -d memory_limit=512M "$here/fill.php" "$work/site"
php -d memory_limit=512M "$here/write_export.php" "$work/site" >"$work/export/wordpress.xml"
cp -r "$work/site/wp-content/uploads" "$work/export/uploads"
(cd "$work/export" && python3 -m zipfile -c blog.zip wordpress.xml uploads)
ls -l "$work/export"
