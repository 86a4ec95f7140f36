import options from '#db/options'
import other from '#nowhere'
import { Pool } from 'pg'

export const pool = new Pool(options)
export const unknown = new Pool(other)
