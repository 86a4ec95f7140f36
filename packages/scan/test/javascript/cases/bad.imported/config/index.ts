export { ssl } from './ssl.js'
export const database = { main: { host: 'db.example.com', ssl: false } }
export default { host: 'db.example.com', ssl: { rejectUnauthorized: false } }
