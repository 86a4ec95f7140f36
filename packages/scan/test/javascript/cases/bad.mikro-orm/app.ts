import { MikroORM } from '@mikro-orm/core'
import { PostgreSqlDriver } from '@mikro-orm/postgresql'
export const orm = await MikroORM.init({ driver: PostgreSqlDriver, host: 'db.example.com', driverOptions: { connection: { ssl: { rejectUnauthorized: false } } } })
