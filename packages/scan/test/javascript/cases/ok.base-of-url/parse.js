export const parse = (str) => new URL(str.replace('@/', '@x/'), 'postgres://base')
