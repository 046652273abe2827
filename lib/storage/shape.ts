/** What is wrong with a value that was read from a file: what must be where in it, and what is there. */
interface Fault {
  /** Names from the value down: `record.seconds`, `classNames[3]`; empty for the value itself. */
  readonly path: string;
  readonly rule: string;
  readonly came: unknown;
}

/** A rule for plain data: the first fault of a value, undefined where it has none. */
export type Shape = (value: unknown) => Fault | undefined;

/** Names the first fault of a value, `record.seconds must be a number from 0, but is -3`; undefined where it has none. */
export function describeFault(value: unknown, shape: Shape, name = 'it'): string | undefined {
  const fault = shape(value);
  return fault && `${fault.path || name} must be ${fault.rule}, but is ${describe(fault.came)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);
}

function check(rule: string, holds: (value: unknown) => boolean): Shape {
  return (value) => (holds(value) ? undefined : { path: '', rule, came: value });
}

/** The fault with the place in which the value stands in front of its path. */
function within(place: string, fault: Fault | undefined): Fault | undefined {
  if (!fault) return undefined;
  return { ...fault, path: place + (fault.path === '' || fault.path[0] === '[' ? '' : '.') + fault.path };
}

/** Far more than anything we write has, and so few that no program that walks through it runs out of stack. */
const MAX_DEPTH = 100;

/** Any plain data, but none in which a program that copies or walks it is lost. */
export const anything: Shape = (value) => faultOfAnything(value, 0);

function faultOfAnything(value: unknown, depth: number): Fault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === MAX_DEPTH) return { path: '', rule: `nested at most ${MAX_DEPTH} deep`, came: value };
  if (!Array.isArray(value)) return faultOfObject(value) ?? faultOfItems(value, depth);
  return faultOfItems(value, depth);
}

function faultOfItems(value: object, depth: number): Fault | undefined {
  const isList = Array.isArray(value);
  for (const [name, item] of Object.entries(value)) {
    const found = within(isList ? `[${name}]` : name, faultOfAnything(item, depth + 1));
    if (found) return found;
  }
  return undefined;
}

/** Nothing at all. */
export const leftOut = check('left out', () => false);
export const text = check('a text', (value) => typeof value === 'string');
export const trueOrFalse = check('true or false', (value) => typeof value === 'boolean');
/** NaN and the infinite ones, too. */
export const anyNumber = check('a number', (value) => typeof value === 'number');

export function finite(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Shape {
  const from = min === Number.NEGATIVE_INFINITY ? '' : ` from ${min}`;
  const to = max === Number.POSITIVE_INFINITY ? '' : ` to ${max}`;
  return check(`a finite number${from}${to}`, (value) => {
    return Number.isFinite(value) && (value as number) >= min && (value as number) <= max;
  });
}

export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Shape {
  const rule = `a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`;
  return check(rule, (value) => {
    return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  });
}

export function oneOf(...values: readonly (string | number | null)[]): Shape {
  const rule = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return check(rule, (value) => values.includes(value as string));
}

export function matching(pattern: RegExp, rule: string): Shape {
  return check(rule, (value) => typeof value === 'string' && pattern.test(value));
}

/** What any of the shapes lets pass; `rule` says them all. */
export function either(rule: string, ...shapes: readonly Shape[]): Shape {
  return check(rule, (value) => shapes.some((shape) => shape(value) === undefined));
}

export function listOf(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return { path: '', rule: 'a list', came: value };
    for (const [i, item] of value.entries()) {
      const fault = within(`[${i}]`, shape(item));
      if (fault) return fault;
    }
    return undefined;
  };
}

function faultOfObject(value: unknown): Fault | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { path: '', rule: 'an object', came: value };
  }
  // Whoever copied it name by name would change the copy's prototype.
  if (Object.hasOwn(value, '__proto__')) {
    return { path: '', rule: 'an object with no value named __proto__', came: value };
  }
  return undefined;
}

/** An object of any names. */
export function mapOf(shape: Shape): Shape {
  return (value) => {
    const fault = faultOfObject(value);
    if (fault) return fault;
    for (const [name, item] of Object.entries(value as object)) {
      const found = within(name, shape(item));
      if (found) return found;
    }
    return undefined;
  };
}

/** An object with these names, the optional ones or not, and perhaps others, of which nothing is known. */
export function fields(required: Readonly<Record<string, Shape>>, optional: Readonly<Record<string, Shape>> = {}): Shape {
  return (value) => {
    const fault = faultOfObject(value);
    if (fault) return fault;
    const object = value as Readonly<Record<string, unknown>>;
    const own = (name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);
    for (const [name, shape] of Object.entries(required)) {
      const found = within(name, shape(own(name)));
      if (found) return found;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const found = own(name) === undefined ? undefined : within(name, shape(own(name)));
      if (found) return found;
    }
    return undefined;
  };
}

/** Objects whose `kind` says which shape they have. */
export function kinds(shapes: Readonly<Record<string, Shape>>): Shape {
  const known = fields({ kind: oneOf(...Object.keys(shapes)) });
  return (value) => known(value) ?? shapes[(value as { readonly kind: string }).kind](value);
}

/** A finite number, a text, true or false. */
export const scalar = either('a finite number, a text, true or false', finite(), text, trueOrFalse);
