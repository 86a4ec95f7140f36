import { Pool } from 'pg'
export function make(Pool) { return new Pool({ host: 'db.example.com', ssl: false }) }
export const f = () => { const Pool = class {}; return new Pool({ ssl: false }) }
export const real = new Pool({ host: 'db.example.com', ssl: true })
