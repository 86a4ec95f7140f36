/** What no guard needs at an application's start: other readers, PostgreSQL's own files, certificates. */
export { parseConnInfo } from './conninfo/dsn.js'
export type { ServiceFile, ServiceFiles } from './conninfo/service.js'
export type { LibpqVersion, Setting } from './conninfo/setting.js'
export { parseUri } from './conninfo/uri.js'
export { planDrizzleKit } from './drivers/drizzle-kit.js'
export { planJdbc } from './drivers/jdbc.js'
export { planAsyncpg, planPgx } from './drivers/libpq/alike.js'
export { type LibpqConfig, planLibpq } from './drivers/libpq/plan.js'
export { type MikroOrmConfig, planMikroOrm } from './drivers/mikro-orm.js'
export { planPrisma } from './drivers/prisma.js'
export { planSequelize, type SequelizeConfig } from './drivers/sequelize.js'
export { planSlonik, type SlonikConfig } from './drivers/slonik.js'
export { judgePosture } from './judge-posture.js'
export { isLocalSession, plaintextSessions } from './posture-rules.js'
export {
  type ConfError,
  type ConfFile,
  type ConfInclude,
  type ConfSetting,
  parseConf,
  readConfBoolean,
} from './server-files/conf.js'
export {
  HBA_METHODS,
  HBA_TYPES,
  type HbaDialect,
  type HbaEntry,
  type HbaError,
  type HbaFile,
  type HbaInclude,
  type HbaMethod,
  type HbaName,
  type HbaType,
  parseHba,
} from './server-files/hba.js'
export {
  formatHbaAddress,
  type HbaAddress,
  type HbaRange,
  isInRange,
} from './server-files/hba-address.js'
export { describeClients, formatHbaEntry } from './server-files/hba-clients.js'
export {
  evaluateHba,
  firstMatch,
  type HbaOpening,
  type HbaQuestion,
} from './server-files/hba-evaluate.js'
export type { ClientBox, NameSet } from './server-files/hba-sets.js'
export { type HbaRow, readHbaRow } from './server-files/hba-view.js'
export {
  CHAIN_ENDS,
  type ChainContext,
  type ChainEnd,
  type ChainVerdict,
  verifyChain,
} from './x509/chain.js'
export { type CertificateFacts, KEY_PURPOSES, readCertificate } from './x509/read.js'
