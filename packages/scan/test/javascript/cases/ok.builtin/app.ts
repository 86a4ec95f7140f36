import { constants } from 'node:crypto'
import { checkServerIdentity, rootCertificates } from 'node:tls'
import tls from 'tls'
import { Pool } from 'pg'
import { CA_FILE } from '@example/paths'
export const a = new Pool({ host: 'db.example.com', ssl: { secureOptions: constants.SSL_OP_NO_TICKET } })
export const b = new Pool({ host: 'db.example.com', ssl: { checkServerIdentity, ca: [...rootCertificates] } })
export const c = new Pool({ host: 'db.example.com', ssl: { checkServerIdentity: tls.checkServerIdentity, ca: CA_FILE } })
