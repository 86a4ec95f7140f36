"""What a program says to its user; nobody dials this."""
LINES = [
    "postgres://[user][:password]@[host][:port]/[dbname]",
    "postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    "postgres://user:password@host:port/database",
    "postgresql://postgres:[password]@db.[project-ref].supabase.co:5432/postgres",
    "postgres://<user>:<password>@<your host>/<database>",
    "make test connectionString=postgres://<your connection string>",
]
