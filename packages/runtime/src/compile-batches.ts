import type { Device, DeviceArtifact } from '@petagrad/device'
import { activeTrace } from './trace.js'

/** Starting a compiler costs about as much as a few kernels do; more of them in one run would leave other cores idle. */
const BATCH = 8

interface Request {
  readonly name: string
  readonly artifact: DeviceArtifact
  readonly resolve: (binary: Uint8Array) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Hands artifacts to the device's compiler: in batches where it takes them, else one by one. A batch goes when it is
 * full, or when nobody who announced work is still on the way to asking.
 */
export class CompileBatches {
  private requests: Request[] = []
  private underway = 0
  private waiting = 0
  private readonly clock: BusyClock

  /** `addBusy` is told the milliseconds in which at least one compilation ran. */
  constructor(private readonly device: Device, addBusy: (milliseconds: number) => void) {
    this.clock = new BusyClock(addBusy)
  }

  /** Announces `work`, in which `compile` may be called once. */
  async expecting<T>(work: () => Promise<T>): Promise<T> {
    this.underway++
    try {
      return await work()
    } finally {
      this.underway--
      this.flushIfComplete()
    }
  }

  compile(name: string, artifact: DeviceArtifact): Promise<Uint8Array> {
    if (this.device.compileMany === undefined) return this.timed(name, () => this.device.compile(artifact))
    return this.waitFor(new Promise<Uint8Array>((resolve, reject) => this.requests.push({ name, artifact, resolve, reject })))
  }

  /** `answer`, which comes of somebody's request: whoever waits for it is not on the way to asking. */
  async waitFor<T>(answer: Promise<T>): Promise<T> {
    this.waiting++
    this.flushIfComplete()
    try {
      return await answer
    } finally {
      this.waiting--
    }
  }

  private flushIfComplete(): void {
    if (this.requests.length === 0 || (this.requests.length < BATCH && this.waiting < this.underway)) return
    const batch = this.requests
    this.requests = []
    void this.send(batch)
  }

  private async send(batch: readonly Request[]): Promise<void> {
    const name = batch.length === 1 ? batch[0].name : `${batch.length} kernels`
    try {
      const binaries = await this.timed(name, () => this.compileTogether(batch.map(r => r.artifact)))
      batch.forEach((request, i) => request.resolve(binaries[i]))
    } catch (error) {
      if (batch.length === 1) batch[0].reject(error)
      else for (const request of batch) void this.send([request]) // one at a time: only those that are wrong fail
    }
  }

  private async compileTogether(artifacts: readonly DeviceArtifact[]): Promise<readonly Uint8Array[]> {
    if (artifacts.length > 1 && this.device.compileMany !== undefined) return this.device.compileMany(artifacts)
    return Promise.all(artifacts.map(artifact => this.device.compile(artifact)))
  }

  private async timed<T>(name: string, work: () => Promise<T>): Promise<T> {
    const lane = this.clock.enter()
    const start = performance.now()
    try {
      return await work()
    } finally {
      activeTrace()?.span(`compile ${lane}`, 'compile', `compile ${name}`, start, performance.now())
      this.clock.leave(lane)
    }
  }
}

/** Measures the time in which at least one of several overlapping activities runs, and numbers those that overlap. */
class BusyClock {
  private readonly lanes = new Set<number>()
  private since = 0

  constructor(private readonly add: (milliseconds: number) => void) {}

  /** The lowest lane that is free. */
  enter(): number {
    if (this.lanes.size === 0) this.since = performance.now()
    let lane = 0
    while (this.lanes.has(lane)) lane++
    this.lanes.add(lane)
    return lane
  }

  leave(lane: number): void {
    this.lanes.delete(lane)
    if (this.lanes.size === 0) this.add(performance.now() - this.since)
  }
}
