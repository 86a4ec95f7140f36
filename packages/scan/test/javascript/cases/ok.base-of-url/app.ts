import 'pg'
export const parse = (text: string) => new URL(text, 'postgres://base')
export const isUrl = (text: string) => text.startsWith('postgres://')
