import { PrismaClient } from '@prisma/client'
export const a = new PrismaClient({ datasourceUrl: 'postgresql://db.example.com/app?sslmode=verify-full' })
export const b = new PrismaClient({ datasources: { db: { url: 'postgresql://db.example.com/app?sslmode=require' } } })
export const c = new PrismaClient({ datasourceUrl: 'postgresql://db.example.com/app?sslmode=require&sslaccept=strict' })
export const d = new PrismaClient({ datasourceUrl: 'file:./dev.db' })
export const e = new PrismaClient({ log: ['query'] })
