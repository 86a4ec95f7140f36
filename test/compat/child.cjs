// The application, as CommonJS.
const load = async (name) => require(name)
Promise.all([import('./cases.mjs'), import(`./libraries/${process.env.COMPAT_LIBRARY}.mjs`)]).then(
  ([{ runCases }, library]) => runCases(library, load),
)
