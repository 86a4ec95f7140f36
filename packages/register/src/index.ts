/**
 * Guards every PostgreSQL driver of this process when it is loaded: `node --import @verify-full/register`.
 * Load it before anything else. It exports nothing.
 */
import { install } from './install.js'

install()
