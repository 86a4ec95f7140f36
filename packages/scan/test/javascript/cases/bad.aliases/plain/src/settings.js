module.exports = { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
