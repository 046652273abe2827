/** `npm run worker -- --redis redis://host:6379`: trains for the searches of other machines. */
import { parseArgs } from 'node:util';
import { MachineWorker } from '../lib/machines/machine-worker';
import { WorkerPool } from '../lib/search/executors/workers/worker-pool';

const HELP = `npm run worker -- --redis redis://host:6379 [--concurrency 2] [--data PATH] [--module FILE]

Trains for searches with \`workers: machines('redis://host:6379')\`, on any machine that has the same version of this project and
the same data. It waits for searches, takes part in one at a time, and ends with Ctrl-C; trainings that run then go on elsewhere.

Options:
  --redis URL        redis://[user:password@]host:6379[/0], or rediss:// for TLS; default: the environment variable REDIS_URL,
                     which others on this machine cannot see. REDIS_USERNAME and REDIS_PASSWORD count where the URL has none
  --concurrency N    trainings at a time, from 1 (the default)
  --data PATH        folder of the data sets; default: the environment variable DATA_DIR, else data
  --module FILE      a file that exports a model builder or callbacks, beside those of src/models; may be repeated
  --help             shows this
`;

async function main(): Promise<void> {
  let worker: MachineWorker;
  try {
    const { values } = parseArgs({
      options: {
        redis: { type: 'string', default: process.env.REDIS_URL },
        concurrency: { type: 'string', default: '1' },
        data: { type: 'string' },
        module: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return;
    }
    if (!values.redis) throw new Error('--redis must name the server, for instance redis://host:6379.');
    worker = new MachineWorker({
      redis: values.redis,
      concurrency: Number(values.concurrency),
      modules: values.module,
      ...(values.data !== undefined && { directory: values.data }),
      openExecutor: (setup, options) => new WorkerPool(setup, options),
      say: (line) => process.stdout.write(`${line}\n`),
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run worker -- --help shows what there is.\n`);
    process.exitCode = 2;
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.stdout.write('Giving the running trainings back.\n');
      worker.stop();
    });
  }
  try {
    await worker.run();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
  // A connection that waits for a server that is gone would keep it.
  process.exit();
}

if (require.main === module) void main();
