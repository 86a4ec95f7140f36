import pg from 'pg'
export const pool = new pg.native.Pool({ host: 'db.example.com', ssl: true })
