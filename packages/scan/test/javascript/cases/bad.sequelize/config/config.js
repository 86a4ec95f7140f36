module.exports = {
  test: { dialect: 'sqlite', storage: ':memory:' },
  production: { dialect: 'postgres', host: 'db.example.com', dialectOptions: { ssl: { rejectUnauthorized: false } } },
}
