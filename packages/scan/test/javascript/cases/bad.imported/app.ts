import { Pool } from 'pg'
import config, { ssl as tls } from './config/index.js'
import * as all from './config'
import json from './db.json'
export const a = new Pool(config)
export const b = new Pool({ host: 'db.example.com', ssl: tls })
export const c = new Pool(all.database.main)
export const d = new Pool(json)
