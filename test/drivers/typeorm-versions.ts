import { createRequire } from 'node:module'
import type { DataSource, DataSourceOptions } from 'typeorm'

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

/** Every supported line of TypeORM; a copy that is not installed throws. */
export function typeOrmVersions(): readonly TypeOrmUnderTest[] {
  const require = createRequire(import.meta.url)
  require('reflect-metadata')
  return ['typeorm', 'typeorm-0.3'].map((name) => {
    const path = require.resolve(name)
    return {
      name: name === 'typeorm' ? 'typeorm 1.x' : 'typeorm 0.3',
      module: require(name) as TypeOrmModule,
      cli: path.replace(/index\.js$/, 'cli.js'),
    }
  })
}
