import { createClient } from 'redis'
import nodemailer from 'nodemailer'
import https from 'node:https'
import tls from 'node:tls'
import { Client } from 'ssh2'
import { Client as Elastic } from '@elastic/elasticsearch'
import { Pool } from './pool.js'
import { Kafka } from 'kafkajs'
import amqp from 'amqplib'
import axios from 'axios'
import { MongoClient } from 'mongodb'
import 'pg'
const options = { rejectUnauthorized: false }
export const redis = createClient({ socket: { tls: true, rejectUnauthorized: false } })
export const mail = nodemailer.createTransport({ host: 'mail.example.com', tls: { rejectUnauthorized: false } })
export const agent = new https.Agent({ rejectUnauthorized: false, checkServerIdentity: () => undefined })
export const socket = tls.connect({ host: 'example.com', rejectUnauthorized: false })
export const ssh = new Client()
export const elastic = new Elastic({ node: 'https://search.example.com', tls: options })
export const own = new Pool({ host: 'db.example.com', ssl: false })
export const kafka = new Kafka({ brokers: ['k:9092'], ssl: { rejectUnauthorized: false } })
export const queue = amqp.connect('amqps://example.com', options)
export const http = axios.create({ httpsAgent: agent })
export const mongo = new MongoClient('mongodb://m.example.com/?ssl=false')
export const checkServerIdentity = (host: string) => tls.checkServerIdentity(host, {} as never)
class Pg { Pool = class { constructor(readonly o: object) {} } }
export const fake = new (new Pg().Pool)({ host: 'db.example.com', ssl: false })
function local(pg: { Pool: new (o: object) => object }) { return new pg.Pool({ host: 'db.example.com', ssl: false }) }
export const used = local
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '1'
delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
export const verifies = process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
// new Pool({ connectionString: 'postgres://app@db.example.com/app?sslmode=disable' })
/* process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0' */
export const text = "ssl: { rejectUnauthorized: false } // new Pool({ ssl: false })"
