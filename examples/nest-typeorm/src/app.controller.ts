import { Controller, Get } from '@nestjs/common'
import { InjectDataSource } from '@nestjs/typeorm'
import { type SessionReport, verifySession } from '@verify-full/typeorm'
import type { DataSource } from 'typeorm'

@Controller()
export class AppController {
  @InjectDataSource()
  private readonly dataSource!: DataSource

  /** One report per endpoint: the master, and each replica where there are some. */
  @Get('health')
  health(): Promise<readonly SessionReport[]> {
    return verifySession(this.dataSource)
  }

  @Get('time')
  async time(): Promise<{ readonly now: Date } | undefined> {
    const [row] = await this.dataSource.query<{ readonly now: Date }[]>('select now()')
    return row
  }
}
