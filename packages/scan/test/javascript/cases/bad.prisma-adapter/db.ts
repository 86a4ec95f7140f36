import { PrismaPg } from '@prisma/adapter-pg'
export const adapter = new PrismaPg({ connectionString: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } })
export const strict = new PrismaPg({ connectionString: 'postgres://app@db.example.com/app?sslaccept=strict' })
