import type { Device, DeviceArtifact } from '@petagrad/device'

interface Waiting {
  readonly artifact: DeviceArtifact
  readonly resolve: (binary: Uint8Array) => void
  readonly reject: (reason: unknown) => void
}

/** Compiles what is asked for in one turn of the event loop together, where the device can: starting a compiler costs more than a kernel. */
export class BatchCompiler {
  private waiting: Waiting[] = []
  private readonly known = new Map<string, Promise<Uint8Array>>()

  constructor(private readonly device: Device) {}

  compile(artifact: DeviceArtifact): Promise<Uint8Array> {
    const { compileMany } = this.device
    if (artifact.kind !== 'source' || compileMany === undefined) return this.device.compile(artifact)
    let binary = this.known.get(artifact.text)
    if (binary === undefined) this.known.set(artifact.text, (binary = this.enqueue(artifact)))
    return binary
  }

  private enqueue(artifact: DeviceArtifact): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.waiting.push({ artifact, resolve, reject }) === 1) setTimeout(() => void this.flush(), 0)
    })
  }

  private async flush(): Promise<void> {
    const batch = this.waiting
    this.waiting = []
    try {
      const binaries = (await this.device.compileMany?.(batch.map(w => w.artifact))) ?? []
      batch.forEach((w, i) => w.resolve(binaries[i]))
    } catch {
      // One bad kernel fails its batch: alone, only its own case fails.
      for (const w of batch) await this.device.compile(w.artifact).then(w.resolve, w.reject)
    }
  }
}
