import { defineConfig } from '@mikro-orm/postgresql'
export default defineConfig({ clientUrl: 'postgres://app@db.example.com/app?sslmode=verify-full', entities: [] })
