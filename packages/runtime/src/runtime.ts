import { PetagradError, type DType, type UOp } from '@petagrad/ir/graph'
import { chooseBackend, probeBackend, type BackendSource, type Wish } from './backend-choice.js'
import { bindGraph, unpinGraph, withPlan, type BoundGraph, type PlannedGraph } from './bound-graph.js'
import { BufferRegistry, checkLength, DEFAULT_DEVICE, pin, unpin } from './buffer-registry.js'
import { RecordedStep } from './captured-step.js'
import type { CapturedStep, DeviceReport, Executor, RuntimeStatistics, TuningOptions } from './contract.js'
import { newCounters } from './counters.js'
import type { LowerKernel } from './kernel-compiler.js'
import { reportLaunches, timingWanted } from './launch-report.js'
import { placeUnderPressure } from './memory-pressure.js'
import { openDevice, type OpenedDevice } from './opened-device.js'
import { planLaunches } from './plan-launches.js'
import { Planner, type Schedule } from './planner.js'
import { debugLevel, log, settings } from './settings.js'
import { SubmissionQueue } from './submission-queue.js'
import { activeTrace, flushProfile } from './trace.js'
import type { ScheduleSource } from './tune/schedule-database.js'

export interface RuntimeOptions {
  /** The targets on offer, in order of preference. */
  readonly backends: readonly BackendSource[]
  /** The default device; left out: `settings().device`, else the first backend that is available. */
  readonly device?: string
  /** Threads of the device; left out: `settings().threads`, else all cores. */
  readonly threads?: number
  /** Where compiled kernels are kept, `'off'` for nowhere; left out: `settings().cacheDirectory`. */
  readonly cacheDirectory?: string
  /** Tuned schedules: a file's path or content, `'off'` for none; left out: `settings().schedules`, else a file beside the cache. */
  readonly schedules?: ScheduleSource
  /** Tunes every step that is captured; left out: `settings().tune`. */
  readonly tune?: boolean | TuningOptions
  /** Another scheduler. */
  readonly schedule?: Schedule
  /** Another code generator. */
  readonly lowerKernel?: LowerKernel
}

/** A graph that is ready to run. */
interface ReadyGraph {
  readonly device: OpenedDevice
  readonly graph: PlannedGraph
}

/**
 * Runs tensor graphs: schedules them, compiles their kernels, keeps their buffers. Making one opens nothing; the
 * device is chosen and opened when something first has to be computed.
 */
export class Runtime implements Executor {
  private readonly buffers = new BufferRegistry()
  private readonly counters = newCounters()
  private readonly queue = new SubmissionQueue()
  private readonly opened = new Map<string, Promise<OpenedDevice>>()
  private closed = false
  private readonly reports = new Map<string, DeviceReport>()

  private readonly planner: Planner

  constructor(private readonly options: RuntimeOptions) {
    const { schedule } = options
    this.planner = new Planner(schedule === undefined ? async () => (await import('@petagrad/schedule')).schedule : async () => schedule, this.counters)
  }

  createBuffer(dtype: DType, size: number, options: { readonly device?: string; readonly data?: Uint8Array } = {}): UOp<'buffer'> {
    return this.buffers.create(dtype, size, options.device ?? DEFAULT_DEVICE, options.data)
  }

  async realize(roots: readonly UOp[]): Promise<readonly UOp<'buffer'>[]> {
    if (roots.length === 0) return []
    const graph = bindGraph(roots, this.buffers)
    try {
      const ready = this.prepare(graph)
      return await this.queue.submit(async () => this.run(await ready))
    } finally {
      unpinGraph(graph)
    }
  }

  async read(buffer: UOp<'buffer'>): Promise<Uint8Array> {
    const allocation = this.buffers.get(buffer)
    pin(allocation)
    try {
      return await this.queue.submit(async () => {
        const { memory, source, host, bytes } = allocation
        if (memory === undefined || source === undefined) return host?.slice() ?? new Uint8Array(bytes)
        const start = performance.now()
        const data = await source.device.download({ buffer: memory, offset: 0 }, bytes)
        activeTrace()?.span('runtime', 'transfer', 'download', start, performance.now(), { bytes })
        return data
      })
    } finally {
      unpin(allocation)
    }
  }

  async write(buffer: UOp<'buffer'>, data: Uint8Array): Promise<void> {
    const allocation = this.buffers.get(buffer)
    checkLength(data, allocation.bytes)
    // The caller may change `data` once this returns; an idle queue takes it at once.
    const content = this.queue.idle && allocation.memory !== undefined ? data : data.slice()
    pin(allocation)
    try {
      await this.queue.submit(async () => {
        const { memory, source } = allocation
        if (memory === undefined || source === undefined) allocation.host = content
        else {
          const start = performance.now()
          source.device.upload({ buffer: memory, offset: 0 }, content)
          activeTrace()?.span('runtime', 'transfer', 'upload', start, performance.now(), { bytes: content.length })
        }
      })
    } finally {
      unpin(allocation)
    }
  }

  retain(buffer: UOp<'buffer'>): void {
    this.buffers.retain(buffer)
  }

  release(buffer: UOp<'buffer'>): void {
    this.buffers.release(buffer)
  }

  async capture(roots: readonly UOp[]): Promise<CapturedStep> {
    const step = await this.record(roots)
    const tune = this.options.tune ?? settings().tune
    if (tune === true) await step.tune({ onProgress: state => (debugLevel() >= 1 ? log(`tuning: ${state}`) : undefined) })
    else if (tune !== false) await step.tune(tune)
    return step
  }

  private async record(roots: readonly UOp[]): Promise<RecordedStep> {
    const bound = bindGraph(roots, this.buffers)
    try {
      const ready = this.prepare(bound)
      return await this.queue.submit(async () => {
        const { device, graph } = await ready
        const memory = await placeUnderPressure(graph, device, bytes => device.pool.allocate(bytes))
        const { plan, plan: { kernels } } = graph
        const list = device.device.record(planLaunches(plan, kernels, memory))
        const { planner, queue, counters } = this
        return new RecordedStep({ list, graph, kernels, memory, device, planner, queue, counters })
      })
    } catch (error) {
      unpinGraph(bound)
      throw error
    }
  }

  statistics(): RuntimeStatistics {
    return { ...this.counters }
  }

  /** The default device, opened: which it is, why it was chosen, and what it says about itself. */
  async device(): Promise<DeviceReport> {
    const { name } = await this.resolve(DEFAULT_DEVICE)
    return this.reports.get(name) ?? { name, available: true, reason: '' }
  }

  /** One report for each backend: whether it can run here, and why not; those that are open say what they are. */
  deviceReports(): Promise<readonly DeviceReport[]> {
    return Promise.all(this.options.backends.map(async source => this.reports.get(source.name) ?? probeBackend(source)))
  }

  /** Opens the device of that name and says what it is. Throws UNKNOWN_DEVICE or DEVICE_UNAVAILABLE. */
  async describe(name: string): Promise<DeviceReport> {
    await this.resolve(name)
    return this.reports.get(name) ?? { name, available: true, reason: '' }
  }

  /** Waits for what is under way, the disk cache included, writes the trace, and closes the devices: nothing can be computed afterwards. */
  async close(): Promise<void> {
    await this.queue.submit(async () => undefined)
    this.closed = true
    const devices = await Promise.allSettled(new Set(this.opened.values()))
    this.opened.clear()
    for (const result of devices) {
      if (result.status === 'rejected') continue
      await result.value.compiler.settled()
      await result.value.device.close()
    }
    await flushProfile()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Starts scheduling and compiling at once, whatever runs before: only the run itself waits for its turn. */
  private prepare(graph: BoundGraph): Promise<ReadyGraph> {
    const ready = this.deviceOf(graph).then(async device =>
      ({ device, graph: withPlan(graph, await this.planner.plan(graph, device), this.buffers) }))
    ready.catch(() => undefined) // the queued run reports it; until its turn comes nobody else listens
    return ready
  }

  private async deviceOf(graph: BoundGraph): Promise<OpenedDevice> {
    const devices = new Set(await Promise.all(graph.devices.map(name => this.resolve(name))))
    const [device] = devices
    if (devices.size > 1) {
      const names = [...devices].map(d => d.name).join(' and ')
      throw new PetagradError('INVALID_ARGUMENT', `one graph uses buffers on ${names}`, { hint: 'Bring them to one device first.' })
    }
    return device
  }

  private async run({ graph, device }: ReadyGraph): Promise<PlannedGraph['results']> {
    const { plan, results } = graph
    if (plan.calls.length === 0) return results
    const memory = await placeUnderPressure(graph, device, bytes => device.arena.reserve(bytes))
    const launches = planLaunches(plan, plan.kernels, memory)
    this.counters.kernelsRun += launches.length
    if (!timingWanted()) {
      await device.device.run(launches)
      return results
    }
    const list = device.device.record(launches)
    try {
      const start = performance.now()
      reportLaunches(device, plan.kernels, await list.replayTimed(), start)
      return results
    } finally {
      list.free()
    }
  }

  private resolve(name: string): Promise<OpenedDevice> {
    return this.once(name, () => (name === DEFAULT_DEVICE ? this.openDefault() : this.openNamed({ name, from: "the tensor's device" })))
  }

  /** Opens a device once; a failure is forgotten, so that the next use tries again. */
  private once(name: string, open: () => Promise<OpenedDevice>): Promise<OpenedDevice> {
    let opening = this.opened.get(name)
    if (opening === undefined) {
      opening = this.closed ? Promise.reject(new PetagradError('DEVICE_FAILED', 'this runtime has been closed')) : open()
      this.opened.set(name, opening)
      opening.catch(() => this.opened.delete(name))
    }
    return opening
  }

  private async openDefault(): Promise<OpenedDevice> {
    const { device } = this.options
    const chosen = settings().device
    const wish: Wish | undefined = device !== undefined ? { name: device, from: 'the device option' }
      : chosen !== undefined ? { name: chosen, from: 'configure() or PETAGRAD_DEVICE' }
      : undefined
    const { source, why, reports } = await chooseBackend(this.options.backends, wish)
    if (debugLevel() >= 1) for (const r of reports) if (!r.available) log(`device ${r.name}: not available: ${r.reason}`)
    return this.once(source.name, () => this.open(source, why))
  }

  private async openNamed(wish: Wish): Promise<OpenedDevice> {
    const { source, why } = await chooseBackend(this.options.backends, wish)
    return this.open(source, why)
  }

  private async open(source: BackendSource, why: string): Promise<OpenedDevice> {
    const { options, counters } = this
    const cacheDirectory = options.cacheDirectory === 'off' ? undefined : (options.cacheDirectory ?? settings().cacheDirectory)
    const threads = options.threads ?? settings().threads
    const schedules = options.schedules ?? settings().schedules
    const { schedule, lowerKernel } = options
    const opened = await openDevice(source, {
      threads, cacheDirectory, schedules, counters,
      lowerKernel: lowerKernel === undefined ? async () => (await import('@petagrad/codegen')).lowerKernel : async () => lowerKernel,
      keepPlans: schedule === undefined && lowerKernel === undefined,
    })
    const { description } = opened.device
    this.reports.set(source.name, { name: source.name, available: true, reason: why, description })
    if (debugLevel() >= 1) log(`device ${source.name}: ${description} (${why})`)
    return opened
  }
}

/** A runtime over these backends. Nothing is opened until it is needed. */
export const createRuntime = (options: RuntimeOptions): Runtime => new Runtime(options)
