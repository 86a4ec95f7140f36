#!/bin/sh
set -eu
PGPASSWORD=hunter2 pg_dump -h db.example.com -U app -Fc app > app.dump
pg_restore --host=replica.example.com --dbname app app.dump
/usr/lib/postgresql/18/bin/psql -hdb.example.com -c 'select 1' app
psql \
  --host "$DB_HOST" \
  --username app app | tee log
psql -h localhost app
