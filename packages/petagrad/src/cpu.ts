import { createCpuDevice, probeCpu } from '@petagrad/driver-cpu'
import { createCRenderer } from '@petagrad/renderer-c'
import type { Backend } from '@petagrad/runtime'

/** All cores through the C compiler found on the machine: clang or gcc. Node only. */
export const cpu: Backend = {
  name: 'cpu',
  probe: probeCpu,
  async open({ threads }) {
    const device = await createCpuDevice({ threads })
    return { device, renderer: createCRenderer(device.target) }
  },
}
