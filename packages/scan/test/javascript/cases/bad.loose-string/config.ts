export const DATABASE = 'postgres://app:hunter2@db.example.com/app?sslmode=disable'
import 'pg'
