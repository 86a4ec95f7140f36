module.exports = [{ name: 'default', type: 'postgres', url: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } }]
