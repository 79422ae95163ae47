#!/bin/sh
# Run by the image of PostgreSQL when its volume is empty: a user of the site's own, who owns one
# database and nothing else. The superuser loses the password and is left to the container's socket.
set -eu

psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres \
    --set password="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE madang LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
CREATE DATABASE madang OWNER madang ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE madang FROM PUBLIC;
SQL
psql --set ON_ERROR_STOP=1 --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres \
    --set superuser="$POSTGRES_USER" <<'SQL'
ALTER ROLE :"superuser" PASSWORD NULL;
SQL
