// A process that trains in workers for ever, for the tests to kill: `parent.ts <folder>`. One worker trains and this
// process writes a line after each of its epochs, the other is stuck in its builder.
import { join } from 'node:path';
import { WorkerPool } from '../../../../../lib/search/executors/workers/worker-pool';
import { buildTroubled } from '../builders';
import { data, makeJob } from '../jobs';

const pool = new WorkerPool({ builder: buildTroubled, data }, { workers: 2, threadsPerWorker: 1, timeoutMs: 600_000 });
for (const trouble of ['loop', 'none']) {
  const job = makeJob(join(process.argv[2], trouble), { epochs: 100_000, until: 100_000 });
  pool.run({ ...job, hyperparameters: { ...job.hyperparameters, trouble } }, async (event) => {
    if (event.kind !== 'epoch') return;
    await new Promise((done) => setTimeout(done, 300));
    console.log('training');
  });
}
