import { relative, sep } from 'node:path';

/** Where another process finds a function: an export of a module file. Plain data. */
export interface ModuleReference {
  /** Absolute path. */
  readonly module: string;
  /** Name of the export. */
  readonly name: string;
}

/**
 * The reference of a function that a loaded module exports: of the modules that export it, the one that loads none of the
 * others, which defines it. Undefined where there is none. The script that the process was started with does not count, since
 * another process that loaded it would do all that it does.
 */
export function moduleReference(fn: unknown): ModuleReference | undefined {
  const nameIn = new Map<NodeModule, string>();
  for (const module of Object.values(require.cache)) {
    if (!module || module === require.main || module.filename.includes(`${sep}node_modules${sep}`)) continue;
    const name = exportName(module, fn);
    if (name !== undefined) nameIn.set(module, name);
  }
  const candidates = [...nameIn.keys()];
  const found = candidates.find((module) => !module.children.some((child) => nameIn.has(child))) ?? candidates[0];
  return found && { module: found.filename, name: nameIn.get(found) as string };
}

/**
 * By what former versions of edited modules export, the file of the module: the notebooks' kernel keeps it, since such a
 * function is still in use where the cell that hands it over has not run again.
 */
const formerExports = Symbol.for('inkwell.formerExports');

/**
 * The reference of a function, for workers.
 *
 * @param what what the function is to the user, for instance `The model builder`.
 * @throws Error that says what to do: run cells again, where a module that was edited since exported it; move the function
 *   into a module, where none did.
 */
export function requireModuleReference(fn: unknown, what: string): ModuleReference {
  const reference = moduleReference(fn);
  if (reference) return reference;
  refuseFormerExport(fn, what);
  throw notExported(fn, what);
}

/**
 * Refuses a function of a file that was edited since: whoever edits a file expects its new version.
 *
 * @param what what the function is to the user, for instance `The model builder`.
 * @param doing what the cell does that hands it over.
 * @throws Error that names the file and the cells to run again.
 */
export function refuseFormerExport(fn: unknown, what: string, doing = 'makes the search'): void {
  const former = (globalThis as { [formerExports]?: WeakMap<object, string> })[formerExports]?.get(fn as object);
  if (former === undefined) return;
  throw new Error(
    `${what} must be as its file has it, but ${functionName(fn)} was loaded anew, since ` +
      `${relative(process.cwd(), former)} or a file that it imports was edited: run the cell that imports it and the cell ` +
      `that ${doing} again.`,
  );
}

function functionName(fn: unknown): string {
  return typeof fn === 'function' && fn.name !== '' ? fn.name : 'myFunction';
}

/** The error that `requireModuleReference` throws where no module exports the function. */
export function notExported(fn: unknown, what: string): Error {
  const name = functionName(fn);
  return new Error(
    `${what} must be exported by a module file, because workers are processes of their own and load it from there; but no ` +
      `loaded module exports ${name}. Write it to a file, for instance src/my-model.ts, as \`export function ${name}(...)\`, ` +
      `and run \`import { ${name} } from './src/my-model'\` (again, if the file was edited since); or leave \`workers\` ` +
      `out, which trains in this process.`,
  );
}

/**
 * The function that a reference names, in this process.
 *
 * @throws Error where the module has none of that name.
 */
export function loadReference({ module, name }: ModuleReference): unknown {
  const exported = require(module);
  const value: unknown = Object.hasOwn(exported, name) ? exported[name] : undefined;
  if (typeof value !== 'function') {
    throw new Error(`${module} must export a function ${name}, but exports ${typeof value}; save the file.`);
  }
  return value;
}

function exportName(module: NodeModule, value: unknown): string | undefined {
  const { exports } = module;
  if (typeof exports !== 'object' || exports === null) return undefined;
  return Object.keys(exports).find((name) => {
    try {
      return exports[name] === value;
    } catch {
      // A getter of a module that is still loading.
      return false;
    }
  });
}
