String url = "jdbc:postgresql://db.example.com/app?user=app&password=hunter2&sslmode=prefer";
