import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { DataSource, DataSourceOptions } from 'typeorm'
import { copyOf } from '../support/copies.js'

/** As much of a copy of TypeORM as the tests need; 1.x's types stand for those of 0.3. */
export interface TypeOrmModule {
  readonly DataSource: new (options: DataSourceOptions) => DataSource
  readonly EntitySchema: typeof import('typeorm').EntitySchema
}

export interface TypeOrmUnderTest {
  readonly name: string
  readonly module: TypeOrmModule
  /** Path of its command. */
  readonly cli: string
}

/** The installed TypeORM, or the copy of another line that the version matrix names. */
export function typeOrm(): TypeOrmUnderTest {
  const require = createRequire(import.meta.url)
  require('reflect-metadata')
  const path = require.resolve(copyOf('typeorm') ?? 'typeorm')
  const { version } = JSON.parse(readFileSync(join(dirname(path), 'package.json'), 'utf8'))
  return {
    name: `typeorm ${version}`,
    module: require(path) as TypeOrmModule,
    cli: path.replace(/index\.js$/, 'cli.js'),
  }
}
