import { defineConfig } from 'drizzle-kit'
export default defineConfig({
  dialect: 'postgresql',
  schema: './schema.ts',
  dbCredentials: { url: 'postgres://app:hunter2@db.example.com/app?sslmode=no-verify' },
})
