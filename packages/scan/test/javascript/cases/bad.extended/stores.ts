import { Pool } from 'pg'

export class Far extends Pool {
  readonly kind = 'far'
}
export class Plain {}
