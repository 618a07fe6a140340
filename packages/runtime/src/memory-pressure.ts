import type { Device, DeviceBuffer } from '@petagrad/device'
import { PetagradError } from '@petagrad/ir/graph'
import { placeGraph, type PlannedGraph } from './bound-graph.js'
import { collectGarbage } from './host.js'
import type { OpenedDevice } from './opened-device.js'
import type { PlanMemory } from './plan-launches.js'

/** Below this many allocated bytes the collector's own timing is good enough. */
const FLOOR = 1 << 30

/**
 * The collector sees small uops where there are large buffers, so left alone it lets unreachable tensors fill the
 * device. It is asked to run whenever allocated memory has doubled since it last did.
 */
export class MemoryPressure {
  private threshold = FLOOR

  async relieve(device: Device): Promise<void> {
    if (device.statistics().allocatedBytes < this.threshold) return
    await collectGarbage()
    this.threshold = Math.max(FLOOR, 2 * device.statistics().allocatedBytes)
  }
}

/** Places a graph; where the device is full, what only garbage holds is given back first and it is tried once more. */
export async function placeUnderPressure(
  graph: PlannedGraph, device: OpenedDevice, arena: (bytes: number) => DeviceBuffer,
): Promise<PlanMemory> {
  await device.pressure.relieve(device.device)
  try {
    return placeGraph(graph, device, arena)
  } catch (error) {
    if (!(error instanceof PetagradError) || error.code !== 'OUT_OF_MEMORY') throw error
    await collectGarbage()
    return placeGraph(graph, device, arena)
  }
}
