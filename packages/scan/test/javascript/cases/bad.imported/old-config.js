exports.database = { host: 'db.example.com', ssl: false }
