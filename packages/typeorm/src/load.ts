import { createRequire } from 'node:module'
import { join } from 'node:path'

/**
 * Loads a package as TypeORM would (`PlatformTools.load`, typeorm 1.1.1): from where TypeORM stands, then
 * from node_modules of the working directory. So it is TypeORM's own copy that is guarded.
 *
 * @throws Node's error where it is in neither place.
 */
export function loadAsTypeOrm(name: 'pg' | 'pg-native'): unknown {
  try {
    return createRequire(whereTypeOrmStands())(name)
  } catch {
    return createRequire(import.meta.url)(join(process.cwd(), 'node_modules', name))
  }
}

/** TypeORM switches to pg-native where it can be loaded, and says nothing. */
export function canLoadPgNative(): boolean {
  try {
    return Boolean(loadAsTypeOrm('pg-native'))
  } catch {
    return false
  }
}

function whereTypeOrmStands(): string {
  try {
    return createRequire(import.meta.url).resolve('typeorm')
  } catch {
    return createRequire(join(process.cwd(), 'package.json')).resolve('typeorm')
  }
}
