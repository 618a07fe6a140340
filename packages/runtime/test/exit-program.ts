import { binary, dtypes } from '@petagrad/ir'
import { createRuntime } from '../src/index.js'
import { InterpretedDevice, interpretedBackend } from './interpreted-backend.js'

// A program that computes something and ends, without closing anything.
const runtime = createRuntime({ backends: [interpretedBackend(new InterpretedDevice())], cacheDirectory: 'off' })
const x = runtime.createBuffer(dtypes.f32, 8)
await runtime.realize([binary('add', x, x)])
