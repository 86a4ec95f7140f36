export * from './pools'
