# engine = create_engine("postgresql://app:hunter2@db.example.com/app")
engine = create_engine("postgresql+psycopg2://app:hunter2@db.example.com/app?sslmode=require")
other = psycopg.connect("host=db.example.com dbname=app user=app password=hunter2")
f = f"postgresql://{user}:{password}@{host}:{port}/{name}?sslmode=prefer"
