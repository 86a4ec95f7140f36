import options from '@/options'
import { Client } from 'pg'

export const client = new Client(options)
