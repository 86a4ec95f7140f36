if url.startswith("postgres://"):
    url = url.replace("postgres://", "postgresql://", 1)
DOCS = "https://www.postgresql.org/docs/current/libpq-ssl.html"
SCHEMES = ("postgres", "postgresql", "pgsql://")
SAFE = "postgresql://app:hunter2@db.example.com/app?sslmode=verify-full&sslrootcert=system"
requests.get(url, verify=False)
mysql = "mysql://app:hunter2@db.example.com/app?ssl-mode=DISABLED"
host = "db.example.com"; dbname = "app"
