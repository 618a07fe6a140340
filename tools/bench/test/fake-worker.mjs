// A contender for tests: computes nothing, and misbehaves as its argument says.
import { createInterface } from 'node:readline'

const [behaviour, sample = '1'] = process.argv.slice(2)
if (behaviour === 'dies') {
  console.error('Error: the library is not installed')
  process.exit(1)
}
const say = answer => process.stdout.write(JSON.stringify(answer) + '\n')
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  if (behaviour === 'silent') continue
  if (behaviour === 'chatty') process.stdout.write('a banner that is no answer\n')
  if (request.op === 'prepare') say({ sample: [Number(sample)], version: 'fake' })
  else if (behaviour === 'fails') say({ error: `cannot run ${request.iterations}` })
  else say({ times: Array(request.samples).fill(behaviour === 'slow' ? 4 : 2) })
}
