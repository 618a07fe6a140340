import type { CompileProfile, PassProfile } from 'petagrad'

/** Where the time of compiling went: passes of the scheduler, of codegen and rendering, rewrites, and the rules that fired. */
export function compileTable({ kernels, scheduling, passes, rewrites, rules }: CompileProfile): string {
  const sections: readonly (readonly [string, readonly PassProfile[]])[] = [
    ['scheduling', scheduling], ['codegen', passes], ['rewrites, part of the above', rewrites],
  ]
  const names = [...sections.flatMap(([title, list]) => [title, ...list.map(p => p.name)]), ...rules.map(r => r.name)]
  const widest = Math.max(...names.map(n => n.length))
  const line = (name: string, ...cells: readonly string[]): string => `${name.padEnd(widest)} ${cells.map(c => c.padStart(10)).join('')}`.trimEnd()
  const tables = sections.flatMap(([title, list]) => [
    line(title, 'runs', 'ms', 'nodes'),
    ...list.map(p => line(p.name, String(p.runs), p.milliseconds.toFixed(1), String(p.nodes))),
    line('together', '', list.reduce((ms, p) => ms + p.milliseconds, 0).toFixed(1)),
    '',
  ])
  return [`compiled ${kernels} kernels`, '', ...tables, line('rule', 'hits'), ...rules.map(r => line(r.name, String(r.hits)))].join('\n')
}
