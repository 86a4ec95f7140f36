#!/bin/sh
psql -U app app
psql -h /var/run/postgresql app
psql -h db.example.com 'dbname=app sslmode=verify-full sslrootcert=root.crt'
psql --help
pg_dump --version && df -h
mysql -h db.example.com -u app
docker compose exec db psql -U app app
