export interface PoolConfig { ssl: boolean }
