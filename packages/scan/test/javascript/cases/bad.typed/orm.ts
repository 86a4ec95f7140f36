import type { TypeOrmModuleOptions } from '@nestjs/typeorm'
import type { DataSourceOptions } from 'typeorm'
export const options: TypeOrmModuleOptions = { type: 'postgres', url: process.env.DATABASE_URL, ssl: { rejectUnauthorized: false } }
export const mysql = { type: 'mysql', ssl: { rejectUnauthorized: false } } as DataSourceOptions
