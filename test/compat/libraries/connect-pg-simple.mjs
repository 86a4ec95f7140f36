import connect from 'connect-pg-simple'

const Store = connect({ Store: class {} })
export async function query(account) {
  const store = new Store({
    conObject: account,
    createTableIfMissing: true,
    pruneSessionInterval: false,
  })
  try {
    await new Promise((resolve, reject) => {
      store.get('none', (error) => (error ? reject(error) : resolve()))
    })
    return [{ v: 1 }]
  } finally {
    await store.close()
  }
}
