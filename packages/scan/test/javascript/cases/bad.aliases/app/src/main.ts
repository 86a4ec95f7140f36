import { Store } from '@pool'
import { database, safe } from '@shared/database'
import { Pool } from 'pg'

export const pools = [new Pool(database), new Store(database), new Pool(safe)]
