import { Module } from '@nestjs/common'
import { TypeOrmModule } from '@nestjs/typeorm'
import { guard, PolicyError } from '@verify-full/typeorm'
import { AppController } from './app.controller.js'

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        ...guard({ type: 'postgres', url: process.env.DATABASE_URL ?? '' }),
        // A refusal is no outage: Nest's ten attempts would only delay the message.
        toRetry: (error: unknown) => !(error instanceof PolicyError),
      }),
    }),
  ],
  controllers: [AppController],
})
export class AppModule {}
