import 'reflect-metadata'
import { ConsoleLogger, type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { PolicyError } from '@verify-full/typeorm'
import { AppModule } from './app.module.js'
import { RefusalFilter } from './refusal.filter.js'

const { HOST = '127.0.0.1', PORT = '3000' } = process.env

async function start(): Promise<void> {
  // Nest would log a failed start with its stack and exit: the error is wanted here, and printed once.
  const app: INestApplication = await NestFactory.create(AppModule, {
    abortOnError: false,
    logger: false,
  })
  app.useLogger(new ConsoleLogger({ logLevels: ['fatal', 'error', 'warn'] }))
  app.useGlobalFilters(new RefusalFilter())
  await app.listen(Number(PORT), HOST)
  console.log(`listening on ${await app.getUrl()}`)
  const stop = (): void => void app.close()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

try {
  await start()
} catch (error) {
  // The message of a refusal says what to change; its stack would only hide that.
  console.error(error instanceof PolicyError ? error.message : error)
  process.exitCode = 1
}
