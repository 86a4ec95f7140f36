import { Pool } from 'pg'

export function /* of one tenant */ poolOf(): typeof Pool {
  return Pool
}
