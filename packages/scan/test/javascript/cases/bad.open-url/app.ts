import knex from 'knex'
import { Pool } from 'pg'
export const a = new Pool({ connectionString: `${process.env.DATABASE_URL}?sslmode=require` })
export const b = new Pool({ connectionString: process.env.DATABASE_URL + '?application_name=x' })
export const c = new Pool({ connectionString: `${process.env.DATABASE_URL}?sslmode=verify-full&sslrootcert=/etc/root.crt` })
export const d = knex({ client: 'pg', connection: `${process.env.DATABASE_URL}?sslmode=no-verify` })
