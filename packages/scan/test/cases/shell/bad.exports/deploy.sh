#!/usr/bin/env bash
set -euo pipefail
export PGSSLMODE=allow
psql "host=db.example.com user=app password=hunter2 dbname=app sslmode=disable" -c 'select 1'
pg_dump postgresql://app:"hunter2"@db.example.com/app?sslmode=require
docker run -e DATABASE_URL="postgres://app:hunter2@db.example.com/app?sslmode=prefer" app
NODE_TLS_REJECT_UNAUTHORIZED=0 node migrate.js
