import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', host: 'db.example.com', ssl: false }),
    TypeOrmModule.forRootAsync({
      inject: [ConfigService],
      useFactory: async (config: ConfigService) => ({
        type: 'postgres',
        host: config.get('DB_HOST'),
        ssl: config.get('NODE_ENV') === 'production' ? { rejectUnauthorized: false } : undefined,
      }),
    }),
  ],
})
export class AppModule {}
