import { DataSource, type DataSourceOptions } from 'typeorm'

export const dataSource = new DataSource({
  type: process.env.DATABASE_TYPE,
  url: process.env.DATABASE_URL,
  extra: { ssl: process.env.DATABASE_SSL === 'true' ? { rejectUnauthorized: true } : undefined },
} as DataSourceOptions)
