import { Pool } from 'pg'
const pool = new Pool({ connectionString: 'postgres://app:hunter2@db.example.com/app?sslmode=disable'
