/** The entry point for what guards a whole process: it does not import pg, which may not be there. */
export { guardAmbientClass, guardAmbientPrototype } from './client.js'
