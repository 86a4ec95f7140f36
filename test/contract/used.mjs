/** What a process does that is to exit by itself: opens, asks twice at once, closes, and says how it went. */
export async function use(open) {
  const database = await open(JSON.parse(process.env.CONTRACT_CONFIG)).catch(() => undefined)
  const asked = [1, 2].map((i) => database?.query(`select ${i}`))
  const outcomes = database
    ? await Promise.allSettled(asked).then((all) => all.map(({ reason }) => reason?.name ?? 'ran'))
    : ['refused']
  await database?.close()
  console.log(outcomes.join())
}
