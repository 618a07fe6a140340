import { expect, it } from 'vitest'
import { tuningReport } from '../src/demo/tuning-report.js'

it('says what became of each kernel that got another schedule, and how many did not', () => {
  const kernel = { name: 'contract_8', candidates: 20, defaultNanoseconds: 5_291_100, nanoseconds: 4_577_700 }
  const kernels = [{ ...kernel, schedule: '0: task 0' }, { ...kernel, name: 'sum_8', nanoseconds: kernel.defaultNanoseconds, schedule: undefined }]
  expect(tuningReport({ kernels, untouched: 3, defaultNanoseconds: 9, nanoseconds: 8 })).toBe([
    'tuning: contract_8: 5291.1 us, now 4577.7 us',
    'tuning: 1 of 2 kernels got another schedule; the default schedule stays for 1; 3 were left as they are',
  ].join('\n'))
})
