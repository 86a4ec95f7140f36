/** The filters of the HTML report. It reads only what is in the page, and writes no markup. */
export const SCRIPT: string = `
const main = document.querySelector('.columns main')
if (main) {
  const cards = [...main.querySelectorAll('article')]
  const search = document.getElementById('search')
  const shown = document.getElementById('shown')
  const none = document.getElementById('none')
  const texts = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]))
  let rule = ''
  const regroup = (key) => {
    for (const section of main.querySelectorAll('section')) section.remove()
    const groups = new Map()
    for (const card of cards) {
      const name = card.dataset[key]
      let section = groups.get(name)
      if (!section) {
        section = document.createElement('section')
        const title = document.createElement('h2')
        const text = document.createElement('span')
        text.textContent = name
        title.append(text, document.createElement('b'))
        section.append(title)
        groups.set(name, section)
        main.insertBefore(section, none)
      }
      section.append(card)
    }
  }
  const filter = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    const severities = new Set(
      [...document.querySelectorAll('input[name=severity]:checked')].map((it) => it.value),
    )
    let count = 0
    for (const card of cards) {
      const text = texts.get(card)
      const wanted =
        severities.has(card.dataset.severity) &&
        (!rule || card.dataset.rule === rule) &&
        words.every((word) => text.includes(word))
      card.hidden = !wanted
      if (wanted) count++
    }
    for (const section of main.querySelectorAll('section')) {
      const left = section.querySelectorAll('article:not([hidden])').length
      section.hidden = left === 0
      section.querySelector('h2 b').textContent = left
    }
    none.hidden = count > 0
    shown.textContent = count + (count === 1 ? ' finding' : ' findings')
  }
  search.addEventListener('input', filter)
  for (const it of document.querySelectorAll('input[name=severity]')) {
    it.addEventListener('change', filter)
  }
  for (const it of document.querySelectorAll('input[name=group]')) {
    it.addEventListener('change', () => {
      regroup(it.value)
      filter()
    })
  }
  const buttons = [...document.querySelectorAll('button.rule')]
  for (const it of buttons) {
    it.addEventListener('click', () => {
      rule = rule === it.dataset.rule ? '' : it.dataset.rule
      for (const other of buttons) other.ariaPressed = String(other.dataset.rule === rule)
      filter()
    })
  }
}
`
