import { listNotebooks, NOTEBOOKS } from './notebook/folders';
import { UsageError } from './notebook/parameters';
import { runAndReport } from './notebook/run-and-report';
import { HELP, parseStartOptions } from './notebook/start-options';

async function main(): Promise<number> {
  // The project's own begin with a number; others are for npm run report -- NAME.
  const available = listNotebooks().filter((name) => /^\d\d-/.test(name));
  const options = parseStartOptions(process.argv.slice(2), available);
  if (options.help) {
    console.log(HELP['npm start']);
    return 0;
  }
  if (options.notebooks.length === 0) throw new UsageError(`${NOTEBOOKS} holds no notebook: restore it from git.`);
  return runAndReport(options);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(error instanceof UsageError ? error.message : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
