export const url = `postgres://${user}${
  password ? `:${password}` : ''
}@${host}/${name}`
export const six = 'postgres://app:hunter2@[fe80::1]:5432/app'
