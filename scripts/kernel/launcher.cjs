// Starts the notebooks' kernel: `node scripts/kernel/launcher.cjs --config-path <connection file>`, as Jupyter calls it.
//
// The kernel is tslab, whose parts are put together here with what it lacks:
//   compiler          the es2023 library in cells; every edit of a source file is seen
//   diagnostics       cells are lenient where source files are checked strictly; errors name lines that are there
//   cell-transforms   what must change in the code of a cell before it runs
//   declarations      what cells have declared, also where one fails or is stopped
//   inspect           Shift-Tab in a call: its signature with its options
//   source-modules    `import ... from './src'` from any notebook; an edited file takes effect at the next import cell
//   stack-traces      the lines of cells and sources, without the kernel's own
//   interrupts        the stop button ends training and whatever else a cell awaits, and the kernel stays usable
//   last-value        what stands last in a cell is shown as what it is: figure, table, model, tensor
//   cell-executor     runs a cell until all that its statements began has ended
//   cell-runner       one cell after the other; errors as Jupyter errors, also those that nothing waits for
//   output            what a cell prints, in few messages
//   checked-files     source files that hold no error are not checked again, in this kernel or the next
//   cache             what one kernel made of the source files, for the next
//   warm-up           the first cell's work, before the first cell comes
//   server            execution counts, a status that is busy while a cell runs, a shutdown that ends the process
//   queued-socket     no message is lost, however many a cell sends at once
//   lifetime          leaves when its parent is gone, and takes its child processes along
const path = require('node:path');
const { parseArgs } = require('node:util');

const root = path.resolve(__dirname, '..', '..');

const { values } = parseArgs({ options: { 'config-path': { type: 'string' } } });
if (!values['config-path']) {
  console.error('--config-path is missing. Jupyter starts this kernel: choose "TypeScript" in JupyterLab.');
  process.exit(2);
}
const configPath = path.resolve(values['config-path']);

// The folder of the notebook does not matter: imports and relative paths start at the project's root.
// Before tslab is loaded, since it takes the current folder as the root of the TypeScript program.
process.chdir(root);

// What Node says of the packages' code, that it is deprecated or experimental, is nothing that a reader of a notebook can mend; all
// other warnings are printed as before.
const [printWarning] = process.listeners('warning');
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (!/^(Deprecation|Experimental)Warning$/.test(warning.name)) printWarning?.(warning);
});

// Listens for SIGINT before any cell runs: a listener that is added while a cell's synchronous part runs is lost.
const interrupts = require('./interrupts.cjs').listenForInterrupts();

require('./lifetime.cjs').endWithParent(configPath);
require('./stack-traces.cjs').mapStackTraces(root);
require('./source-modules.cjs').loadSourceModules();
// TensorFlow's settings, before a cell can load it by another way than `lib`: danfo.js does.
require(path.join(root, 'lib/tensorflow/environment'));
require('./server.cjs').startServer({ root, configPath, interrupts });
