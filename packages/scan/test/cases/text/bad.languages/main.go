dsn := "host=db.example.com user=app password=hunter2 dbname=app port=5432 sslmode=disable"
url := fmt.Sprintf("postgres://%s:%s@%s:%d/%s?sslmode=require", user, password, host, port, name)
