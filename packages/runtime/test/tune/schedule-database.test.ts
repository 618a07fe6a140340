import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { address, binary, constant, dtypes, load, param, range, store, uop, type UOp } from '@petagrad/ir'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { configure } from '../../src/index.js'
import { ScheduleDatabase } from '../../src/tune/schedule-database.js'
import { printScheduleFile, type TunedSchedule } from '../../src/tune/schedule-file.js'

let directory = ''
let logged: string[] = []
beforeEach(async () => {
  directory = await fs.mkdtemp(path.join(tmpdir(), 'petagrad-schedules-'))
  logged = []
  configure({ log: text => logged.push(text) })
})
afterEach(async () => {
  configure({ log: undefined, debug: undefined })
  await fs.rm(directory, { recursive: true, force: true })
})
const file = (name = 'schedules.json'): string => path.join(directory, name)

function addConstant(value: number): UOp<'kernel'> {
  const i = range(8, 0, 'loop')
  const at = (slot: number): UOp => address(param(slot, dtypes.f32, 8), i)
  return uop('kernel', dtypes.void, [store(at(0), binary('add', load(at(1)), constant(value, dtypes.f32)))], { name: 'add' })
}
const entry = (schedule: string | null): TunedSchedule => ({ name: 'add', schedule, defaultNanoseconds: 200, nanoseconds: 100 })

describe('a schedule database', () => {
  it('gives back what was put into it, in the next process too', async () => {
    await fs.writeFile(file(), printScheduleFile({}))
    const first = await ScheduleDatabase.open(file(), 'a machine')
    await first.put(addConstant(1), entry('0: split 0 by 4'))
    await first.put(addConstant(2), entry(null))
    await first.save()
    const next = await ScheduleDatabase.open(file(), 'a machine')
    expect(await next.find(addConstant(1))).toEqual(entry('0: split 0 by 4'))
    expect(await next.find(addConstant(2))).toEqual(entry(null))
    expect(await next.find(addConstant(3))).toBeUndefined()
    expect(logged).toEqual([])
  })

  it('keeps what others have written meanwhile, and is the same text whatever came first', async () => {
    const one = await ScheduleDatabase.open(file(), 'a machine', { byDefault: true })
    const other = await ScheduleDatabase.open(file(), 'another machine', { byDefault: true })
    await one.put(addConstant(1), entry('0: split 0 by 4'))
    await other.put(addConstant(1), entry('0: split 0 by 2'))
    await one.save()
    await other.save()
    const text = await fs.readFile(file(), 'utf8')
    expect(await (await ScheduleDatabase.open(file(), 'a machine')).find(addConstant(1))).toEqual(entry('0: split 0 by 4'))
    await other.save()
    await one.save()
    expect(await fs.readFile(file(), 'utf8')).toBe(text)
  })

  it('can be the content of a file', async () => {
    await fs.writeFile(file(), printScheduleFile({}))
    const made = await ScheduleDatabase.open(file(), 'a machine')
    await made.put(addConstant(1), entry('0: split 0 by 4'))
    await made.save()
    const given = await ScheduleDatabase.open(JSON.parse(await fs.readFile(file(), 'utf8')), 'a machine')
    expect(await given.find(addConstant(1))).toEqual(entry('0: split 0 by 4'))
  })

  it.each([
    ['cut short', printScheduleFile({ m: { k: entry('0: task 0') } }).slice(0, 70), 'it is no JSON'],
    ['another file', '{"name": "petagrad"}', 'it is no file of schedules'],
    ['of a later version', '{"format": "petagrad schedules", "version": 2, "targets": {}}', 'its version is 2, not 1'],
    ['an entry that lacks a time', printScheduleFile({ m: { k: { ...entry(null), nanoseconds: 'fast' as unknown as number } } }), 'its kernel k lacks'],
    ['a schedule that is no text', printScheduleFile({ m: { k: { ...entry(null), schedule: 7 as unknown as string } } }), 'its kernel k lacks'],
    ['empty', '', 'it is no JSON'],
  ])('says what is wrong with a file and goes on without it: %s', async (_, content, why) => {
    await fs.writeFile(file(), content)
    const database = await ScheduleDatabase.open(file(), 'm')
    expect(logged).toEqual([expect.stringContaining(`schedules: ${file()} cannot be used, the default schedules are: ${why}`)])
    expect(await database.find(addConstant(1))).toBeUndefined()
    await database.put(addConstant(1), entry('0: split 0 by 4'))
    await database.save()
    expect(await fs.readFile(file(), 'utf8'), 'it may be anything, and is left alone').toBe(content)
  })

  it('says that a file is for other targets', async () => {
    await fs.writeFile(file(), printScheduleFile({ 'another machine': { k: entry(null) } }))
    await ScheduleDatabase.open(file(), 'a machine')
    expect(logged).toEqual([expect.stringContaining('is for other targets, the default schedules are used; this one is a machine')])
  })

  it('says that a file that was named is not there; of the one beside the cache it says nothing', async () => {
    await ScheduleDatabase.open(file(), 'a machine', { byDefault: true })
    expect(logged).toEqual([])
    await ScheduleDatabase.open(file(), 'a machine')
    expect(logged).toEqual([expect.stringContaining('there is no such file')])
  })
})
