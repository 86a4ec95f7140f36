PG.connect('host=db1.example.com,db2.example.com port=5432,5433 user=app dbname=app')
connect(host=a, dbname=b)
