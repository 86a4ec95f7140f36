export * from './model.js'
export { sourceFile } from './source-file.js'
