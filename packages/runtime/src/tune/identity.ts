import type { Device } from '@petagrad/device'
import type { UOp } from '@petagrad/ir/graph'
import { capabilitiesText, type Renderer } from '@petagrad/renderer'
import { kernelText } from '../graph-text.js'
import { PACKAGE_VERSION } from '../package-version.js'

const HEX_DIGITS = 32

/** SHA-256, cut short, in every host that has the Web Crypto API; undefined in a page that is not a secure context. */
async function digest(text: string): Promise<string | undefined> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  if (subtle === undefined) return undefined
  const bytes = new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(text)))
  return [...bytes].map(b => b.toString(16).padStart(2, '0')).join('').slice(0, HEX_DIGITS)
}

/** What a kernel is, whatever its process. */
export const kernelIdentity = (kernel: UOp<'kernel'>): Promise<string | undefined> => digest(kernelText(kernel))

/**
 * What a schedule's time depends on besides the kernel: this compiler, the dialect, the device with its own compiler, how
 * many cores work, and whatever else the target declares.
 */
export async function targetIdentity(renderer: Renderer, device: Device): Promise<string | undefined> {
  const { cores } = renderer.capabilities.machine
  const declared = await digest(capabilitiesText(renderer.capabilities))
  return declared && `petagrad ${PACKAGE_VERSION}, ${renderer.name}, ${device.compilerKey}, ${cores} cores, ${declared}`
}
