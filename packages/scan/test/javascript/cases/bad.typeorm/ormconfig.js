module.exports = { type: 'postgres', url: 'postgres://app@db.example.com/app?sslmode=disable' }
