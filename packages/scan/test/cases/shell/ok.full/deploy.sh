#!/bin/sh
# export PGSSLMODE=disable was how it used to be: postgres://app@db.example.com/app
export PGSSLMODE=verify-full PGSSLROOTCERT=/etc/ssl/root.crt
psql "host=db.example.com dbname=app sslmode=verify-full"
psql postgres://app:hunter2@db.example.com/app
curl -k https://example.com
redis-cli -u redis://cache.example.com
until pg_isready -h db -p 5432; do sleep 1; done
case "$DATABASE_URL" in postgres://*) echo yes ;; esac
