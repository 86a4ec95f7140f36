import { MikroOrmModule } from '@mikro-orm/nestjs'
import { PostgreSqlDriver } from '@mikro-orm/postgresql'
export const m = MikroOrmModule.forRootAsync({
  useFactory: () => ({ driver: PostgreSqlDriver, clientUrl: process.env.DATABASE_URL, driverOptions: { connection: { ssl: { rejectUnauthorized: false } } } }),
})
