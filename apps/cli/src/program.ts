import { Command, InvalidArgumentError } from 'commander'
import { devices, type DevicesOptions } from './devices.js'
import type { DemoOptions } from './demo/options.js'
import type { PredictOptions } from './demo/predict.js'
import { version } from './version.js'

/** The command line: every subcommand with its options. Parsing throws CommanderError, which has been printed. */
export function buildProgram(): Command {
  const program = new Command('petagrad')
    .description('A tensor compiler that runs everywhere.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()

  program
    .command('devices')
    .description('List the devices that tensors can live on, and why one is chosen or missing.')
    .option('--json', 'print one JSON array')
    .action((options: DevicesOptions) => devices(options))

  program
    .command('demo')
    .description('Train a convolutional network on 10,000 handwritten digits and show what it learned.')
    .option('-d, --device <name>', 'device to train on (default: PETAGRAD_DEVICE, else wasm)')
    .option('-e, --epochs <n>', 'passes over the training images (default: 5)', whole(1, 10_000))
    .option('-s, --seed <n>', 'seed of weights, order and shifts (default: 1)', whole(0, 0xffff_ffff))
    .option('--steps <n>', 'stop after so many steps of the whole training', whole(1, 1_000_000_000))
    .option('-o, --output <directory>', 'where checkpoint, model and learning curve go', 'demo-output')
    .option('--profile-compile', 'compile everything anew and show passes, node counts and the hits of each rule')
    .option('-t, --tune', 'search for better schedules first, and keep what is found beside the cache')
    .option('-r, --resume', 'continue from the checkpoint in the output directory')
    .option('--json', 'print one JSON object and nothing else on stdout')
    .action(async (options: DemoOptions) => (await import('./demo/demo.js')).demo(options))

  program
    .command('predict')
    .description('Load a model that the demo saved and show held-out digits with what it takes them for.')
    .argument('<model>', 'safetensors file')
    .option('-d, --device <name>', 'device to run on (default: PETAGRAD_DEVICE, else wasm)')
    .option('-n, --count <n>', 'digits to show', whole(1, 1000), 8)
    .option('--json', 'print one JSON object')
    .action(async (model: string, options: PredictOptions) => (await import('./demo/predict.js')).predict(model, options))

  return program
}

const whole = (min: number, max: number) => (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
  return value
}
