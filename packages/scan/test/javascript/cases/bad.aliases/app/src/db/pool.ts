export { Pool as Store } from 'pg'
