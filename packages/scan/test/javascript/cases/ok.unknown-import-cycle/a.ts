import { Pool } from 'pg'
import { b } from './b.js'
export const a = b
export const pool = new Pool(a)
