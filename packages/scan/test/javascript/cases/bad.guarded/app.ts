import { guard } from '@verify-full/pg'
import { Pool } from 'pg'
export const pool = guard(new Pool({ host: 'db.example.com', ssl: { rejectUnauthorized: false } }))
