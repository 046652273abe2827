import { Worker } from 'node:worker_threads';

// A thread, because it must see the parent's death also while TensorFlow computes or a builder loops without end.
const watch = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
  }, 200);`;
new Worker(watch, { eval: true, workerData: Number(process.argv[2]), execArgv: [] }).unref();

// Jupyter and terminals interrupt all processes of the group: whether workers end is the parent's decision.
process.on('SIGINT', () => {});
