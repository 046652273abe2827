import { join } from 'node:path';
import type { Domain, HyperParameterValue, HyperParameterValues } from '../search/space/domain';
import type { TrialStatus } from '../search/trial';
import { replaceFile } from '../storage/replace-file';
import { createLogDir, doubleField, EventFile, encodeEventFile, field, intField, pluginValue, scalarValue } from './event-file';

/** One row of TensorBoard's HParams table: a `Trial` with `metrics` added, or the outcome of a training of your own. */
export interface HparamsRow {
  /** The active ones alone: where a row lacks one, its cell is empty. */
  readonly hyperparameters: HyperParameterValues;
  /** Numbers to compare rows by, for instance the score under the objective's name. What is not finite is left out. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Default `completed`. A row that is `running` or `paused` may be written again when it has come further. */
  readonly status?: TrialStatus;
  /** Epochs that the metrics took, from 0 (the default). */
  readonly epochs?: number;
}

const PLUGIN = 'hparams';

/** `Status` in plugins/hparams/api.proto; a row without one is going on. */
const STATUS: Readonly<Record<TrialStatus, number | undefined>> = {
  running: undefined,
  paused: undefined,
  completed: 1,
  pruned: 1,
  failed: 2,
};

/**
 * Writes a row of TensorBoard's HParams table as the run `logDir`. The table takes a row's hyperparameters, and its status
 * once it has ended, from the first time it was written, and its metrics from the last.
 *
 *     writeHparams('runs/logs/trial-3', { hyperparameters: { units: 64 }, metrics: { valAccuracy: 0.87 } });
 *
 * @param logDir The row's own folder; curves of its trainings may lie in folders below.
 * @throws Error where `logDir` is a file, or no folder can be created there.
 */
export function writeHparams(logDir: string, row: HparamsRow): void {
  const { hyperparameters, metrics, status = 'completed', epochs = 0 } = row;
  const values = Object.entries(hyperparameters).map(([name, value]) => field(1, field(1, name), field(2, encodeValue(value))));
  const scores = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
  const ended = STATUS[status];
  // The numbers of the plugin's fields are those of HParamsPluginData in plugins/hparams/plugin_data.proto.
  new EventFile(logDir, epochs).append(epochs, [
    pluginValue('_hparams_/session_start_info', PLUGIN, field(3, ...values)),
    ...scores.map(([name, value]) => scalarValue(name, value)),
    ...(ended === undefined ? [] : [pluginValue('_hparams_/session_end_info', PLUGIN, field(4, intField(1, ended)))]),
  ]);
}

/**
 * Writes what the columns of the HParams table are, for all rows in folders below `logDir`. Written again, it replaces what
 * it wrote before; a TensorBoard that is open shows that when it is started anew. Without it, TensorBoard makes a column of
 * each hyperparameter, metric and curve that it finds.
 *
 * @param space The hyperparameters, with the domains to filter by.
 * @param metrics Names of the rows' metrics, in the order of their columns.
 * @throws Error where `logDir` is a file, or no folder can be created there.
 */
export function writeHparamsExperiment(logDir: string, space: ReadonlyMap<string, Domain>, metrics: readonly string[]): void {
  createLogDir(logDir);
  // Experiment, HParamInfo and MetricInfo of plugins/hparams/api.proto.
  const columns = [
    ...Array.from(space, ([name, domain]) => field(4, field(1, name), ...encodeDomain(domain))),
    ...metrics.map((name) => field(5, field(1, field(2, name)))),
  ];
  const experiment = pluginValue('_hparams_/experiment', PLUGIN, field(2, ...columns));
  // Always the same file: of several in one folder TensorBoard would take the first, the oldest.
  const path = join(logDir, 'events.out.tfevents.0.inkwell-experiment');
  // Aside under a name that TensorBoard does not read.
  replaceFile(path, encodeEventFile([experiment]), join(logDir, '.inkwell-experiment'));
}

/** The fields type, domain and differs of a HParamInfo; TensorBoard hides a column that does not differ. */
function encodeDomain(domain: Domain): Buffer[] {
  if (domain.kind === 'int' || domain.kind === 'float') {
    const interval = field(6, doubleField(1, domain.min), doubleField(2, domain.max));
    return [intField(4, 3), interval, intField(7, Number(domain.min < domain.max))];
  }
  const values = domain.kind === 'choice' ? domain.values : domain.kind === 'boolean' ? [false, true] : [domain.value];
  const types = new Set(values.map((value) => typeof value));
  const type = types.size > 1 || types.has('string') ? 1 : types.has('boolean') ? 2 : 3;
  const list = field(5, ...values.map((value) => field(1, encodeValue(value))));
  return [intField(4, type), list, intField(7, Number(values.length > 1))];
}

/** A google.protobuf.Value. */
function encodeValue(value: HyperParameterValue): Buffer {
  switch (typeof value) {
    case 'number':
      return doubleField(2, value);
    case 'string':
      return field(3, value);
    case 'boolean':
      return intField(4, Number(value));
  }
}
