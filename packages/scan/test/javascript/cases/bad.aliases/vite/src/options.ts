export default { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
