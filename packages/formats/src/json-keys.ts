/**
 * A key that one object of a valid JSON text has twice; JSON.parse keeps the last and says nothing. Keys are compared
 * as they are meant, escapes resolved.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [] // keys of the objects that are open, undefined for an array
  for (let i = 0; i < json.length; i++) {
    const c = json[i]
    if (c === '{') open.push(new Set())
    else if (c === '[') open.push(undefined)
    else if (c === '}' || c === ']') open.pop()
    else if (c === '"') {
      const end = endOfString(json, i)
      const keys = open[open.length - 1]
      if (keys !== undefined && isFollowedByColon(json, end)) {
        const key = String(JSON.parse(json.slice(i, end)))
        if (keys.has(key)) return key
        keys.add(key)
      }
      i = end - 1
    }
  }
  return undefined
}

/** The position after the closing quote. */
function endOfString(json: string, start: number): number {
  let i = start + 1
  while (i < json.length && json[i] !== '"') i += json[i] === '\\' ? 2 : 1
  return i + 1
}

function isFollowedByColon(json: string, at: number): boolean {
  let i = at
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i++
  return json[i] === ':'
}
