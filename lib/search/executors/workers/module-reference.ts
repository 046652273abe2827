import { sep } from 'node:path';

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
 * The reference of a function, for workers.
 *
 * @param what what the function is to the user, for instance `The model builder`.
 * @throws Error that says how to move the function into a module, where none exports it.
 */
export function requireModuleReference(fn: unknown, what: string): ModuleReference {
  const reference = moduleReference(fn);
  if (reference) return reference;
  const name = typeof fn === 'function' && fn.name !== '' ? fn.name : 'myFunction';
  throw new Error(
    `${what} must be exported by a module file, because workers are processes of their own and load it from there; but no ` +
      `loaded module exports ${name}. Write it to a file, for instance src/my-model.ts, as \`export function ${name}(...)\`, ` +
      `and run \`import { ${name} } from './src/my-model'\` (again, if the file was edited since); or leave \`workers\` ` +
      `out, which trains in this process.`,
  );
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
