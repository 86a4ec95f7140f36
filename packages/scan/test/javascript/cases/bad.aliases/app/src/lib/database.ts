export const database = { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
export const safe = { host: 'db.example.com', ssl: { rejectUnauthorized: true } }
