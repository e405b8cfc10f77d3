#!/bin/sh
# A database for each service, a user who reaches nothing else, and an owner who migrates it. The image of PostgreSQL runs
# this once, as the administrator, on an empty data volume; CATALOG_API_DATABASE_PASSWORD, CATALOG_API_OWNER_PASSWORD and
# so on are the passwords.

set -eu

for database in catalog_api prescription_api consent_api notification_service helsetilbud_api; do
    variable=$(printf '%s_DATABASE_PASSWORD' "$database" | tr '[:lower:]' '[:upper:]')
    password=$(printenv "$variable")
    owner_password=$(printenv "${variable%_DATABASE_PASSWORD}_OWNER_PASSWORD")
    # by the environment and not as an argument, which every process on the machine could read
    NEW_PASSWORD=$password OWNER_PASSWORD=$owner_password psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
        --username="$POSTGRES_USER" --dbname=postgres --set=name="$database" \
        --set=owner="${database}_owner" <<'SQL'
\getenv password NEW_PASSWORD
\getenv owner_password OWNER_PASSWORD
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
\connect :"name"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
done

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
SQL
