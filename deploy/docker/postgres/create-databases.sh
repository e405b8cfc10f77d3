#!/bin/sh
# A database for each service and a user who reaches nothing else. The image of PostgreSQL runs this once, as the
# administrator, on an empty data volume; CATALOG_API_DATABASE_PASSWORD and so on are the passwords.

set -eu

for database in catalog_api prescription_api consent_api notification_service helsetilbud_api; do
    variable=$(printf '%s_DATABASE_PASSWORD' "$database" | tr '[:lower:]' '[:upper:]')
    password=$(printenv "$variable")
    # by the environment and not as an argument, which every process on the machine could read
    NEW_PASSWORD=$password psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 \
        --username="$POSTGRES_USER" --dbname=postgres --set=name="$database" <<'SQL'
\getenv password NEW_PASSWORD
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
\connect :"name"
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
SQL
done

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname=postgres <<'SQL'
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
REVOKE ALL ON DATABASE template1 FROM PUBLIC;
SQL
