import { Pool } from 'pg'
const sslFor = (stage: string) => stage === 'local' ? false : { rejectUnauthorized: false }
function config() {
  return { host: 'db.example.com', ssl: sslFor('prod') }
}
export const pool = new Pool(config())
