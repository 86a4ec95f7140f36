$db = new PDO("pgsql:host=db.example.com;port=5432;dbname=app;sslmode=prefer", $u, $p);
$my = new PDO("mysql:host=db.example.com;dbname=app", $u, $p);
$ok = new PDO("pgsql:host=db.example.com;dbname=app;sslmode=verify-full", $u, $p);
