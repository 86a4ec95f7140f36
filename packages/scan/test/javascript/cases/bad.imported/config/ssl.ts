export const ssl = { rejectUnauthorized: false }
