import { describe, expect, it } from 'vitest'
import { peers, type Peer } from '../src/peers/peers.js'
import { readyPeers } from '../src/peers/ready.js'

const local = (name: string, code: string): Peer => ({
  ...peers[0],
  name,
  packages: {},
  probe: { file: process.execPath, args: ['-e', code], install: `get ${name}` },
})

describe('peers', () => {
  it('that are not there are named, with how to get them', async () => {
    const { ready, missing } = await readyPeers([local('here', ''), local('gone', 'process.exit(1)')], '/nowhere')
    expect(ready.map(p => p.name)).toEqual(['here'])
    expect([...missing.keys()]).toEqual(['gone'])
    expect(missing.get('gone')).toMatch(/fails; get gone$/)
  })

  it('from npm are pinned to one version', () => {
    for (const peer of peers) for (const version of Object.values(peer.packages)) expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
