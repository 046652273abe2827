/** The content of a Jupyter `display_data` message, without its wrapping. */
export interface Display {
  /** One output in several forms by MIME type: JSON types as objects, all others as text. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Names the output, so that a later message can replace it. */
  readonly displayId?: string;
  /** True replaces the output of that name instead of adding one. */
  readonly update?: boolean;
  /** For whoever reads the messages; not saved. */
  readonly transient?: Readonly<Record<string, unknown>>;
}

/** Whether this process is a Jupyter kernel. */
export function isKernel(): boolean {
  return process.argv.some((argument) => argument.startsWith('--config-path'));
}

/**
 * Sends outputs to the cell that runs now, and to the same cell later on; undefined outside a kernel.
 *
 * tslab's public display functions send one MIME type a message; what they are built on sends all.
 */
export function openDisplay(): ((display: Display) => void) | undefined {
  if (!isKernel()) return undefined;
  const jupyter = require('tslab/dist/jupyter') as typeof import('tslab/dist/jupyter');
  const write = jupyter.lastWriteDisplayData;
  return ({ data, metadata = {}, displayId, update = false, transient }) => {
    const all = { ...transient, ...(displayId === undefined ? {} : { display_id: displayId }) };
    write({ data, metadata, transient: all } as Parameters<typeof write>[0], update);
  };
}

/** Sends one output to the cell that runs now; outside a kernel prints its text. */
export function display(content: Display): void {
  const write = openDisplay();
  if (write !== undefined) write(content);
  else console.log(String(content.data['text/plain'] ?? ''));
}
