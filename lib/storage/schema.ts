/** What is wrong with a value from a file or another machine: what must be where in it, and what is there. */
interface Fault {
  /** Names from the value down: `record.seconds`, `classNames[3]`; empty for the value itself. */
  readonly path: string;
  readonly rule: string;
  readonly came: unknown;
}

/** A rule for plain data, which finds the first fault of a value; a value without one is a `Value`. */
export interface Schema<Value = unknown> {
  (value: unknown): Fault | undefined;
  /** For the type alone: no schema has it. */
  readonly value?: Value;
}

/** What a schema lets pass. */
export type Infer<Rule> = Rule extends Schema<infer Value> ? Value : never;

/** Names the first fault of a value, `record.seconds must be a number from 0, but is -3`; undefined where it has none. */
export function describeFault(value: unknown, schema: Schema, name = 'it'): string | undefined {
  const fault = schema(value);
  return fault && `${fault.path || name} must be ${fault.rule}, but is ${describe(fault.came)}`;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value);
}

function check<Value>(rule: string, holds: (value: unknown) => boolean): Schema<Value> {
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
export const anything: Schema = (value) => faultOfAnything(value, 0);

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
export const leftOut = check<undefined>('left out', () => false);
export const text = check<string>('a text', (value) => typeof value === 'string');
export const trueOrFalse = check<boolean>('true or false', (value) => typeof value === 'boolean');
/** NaN and the infinite ones, too. */
export const anyNumber = check<number>('a number', (value) => typeof value === 'number');

export function finite(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Schema<number> {
  const from = min === Number.NEGATIVE_INFINITY ? '' : ` from ${min}`;
  const to = max === Number.POSITIVE_INFINITY ? '' : ` to ${max}`;
  return check(`a finite number${from}${to}`, (value) => {
    return Number.isFinite(value) && (value as number) >= min && (value as number) <= max;
  });
}

export function whole(min: number, max = Number.MAX_SAFE_INTEGER): Schema<number> {
  const rule = `a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`;
  return check(rule, (value) => {
    return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  });
}

export function oneOf<const Value extends string | number | null>(...values: readonly Value[]): Schema<Value> {
  const rule = `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
  return check(rule, (value) => values.includes(value as Value));
}

export function textUpTo(most: number): Schema<string> {
  return check(`a text of at most ${most} characters`, (value) => typeof value === 'string' && value.length <= most);
}

export function matching(pattern: RegExp, rule: string): Schema<string> {
  return check(rule, (value) => typeof value === 'string' && pattern.test(value));
}

/** What any of the schemas lets pass; `rule` says them all. */
export function either<Rules extends readonly Schema[]>(rule: string, ...schemas: Rules): Schema<Infer<Rules[number]>> {
  return check(rule, (value) => schemas.some((schema) => schema(value) === undefined));
}

/** At most `most` items. */
export function listOf<Item>(schema: Schema<Item>, most = Number.POSITIVE_INFINITY): Schema<readonly Item[]> {
  const rule = most === Number.POSITIVE_INFINITY ? 'a list' : `a list of at most ${most}`;
  return (value) => {
    if (!Array.isArray(value) || value.length > most) return { path: '', rule, came: value };
    for (const [i, item] of value.entries()) {
      const fault = within(`[${i}]`, schema(item));
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

/** An object of any names that `names` lets pass. */
export function mapOf<Item>(schema: Schema<Item>, names: Schema<string> = text): Schema<Readonly<Record<string, Item>>> {
  return (value) => {
    const fault = faultOfObject(value);
    if (fault) return fault;
    for (const [name, item] of Object.entries(value as object)) {
      const found = names(name) ?? within(name, schema(item));
      if (found) return found;
    }
    return undefined;
  };
}

type Rules = Readonly<Record<string, Schema>>;
type Fields<Required extends Rules, Optional extends Rules> = { readonly [Name in keyof Required]: Infer<Required[Name]> } & {
  readonly [Name in keyof Optional]?: Infer<Optional[Name]>;
};

/** An object with these names, the optional ones or not, and perhaps others, of which nothing is known. */
export function fields<Required extends Rules, Optional extends Rules = Record<never, Schema>>(
  required: Required,
  optional?: Optional,
): Schema<Fields<Required, Optional>> {
  return (value) => {
    const fault = faultOfObject(value);
    if (fault) return fault;
    const object = value as Readonly<Record<string, unknown>>;
    const own = (name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);
    for (const [name, schema] of Object.entries(required)) {
      const found = within(name, schema(own(name)));
      if (found) return found;
    }
    for (const [name, schema] of Object.entries(optional ?? {})) {
      const found = own(name) === undefined ? undefined : within(name, schema(own(name)));
      if (found) return found;
    }
    return undefined;
  };
}

/** An object with these names, the optional ones or not, and no others. */
export function exactly<Required extends Rules, Optional extends Rules = Record<never, Schema>>(
  required: Required,
  optional?: Optional,
): Schema<Fields<Required, Optional>> {
  const known = fields(required, optional);
  const names = [...Object.keys(required), ...Object.keys(optional ?? {})];
  return (value) => {
    const fault = known(value);
    if (fault) return fault;
    const more = Object.entries(value as object).find(([name]) => !names.includes(name));
    return more && within(more[0], leftOut(more[1]));
  };
}

/** Objects whose `kind` says which of the schemas they have. */
export function kinds<Kinds extends Rules>(
  schemas: Kinds,
): Schema<{ [Kind in keyof Kinds]: { readonly kind: Kind } & Infer<Kinds[Kind]> }[keyof Kinds]> {
  const known = fields({ kind: oneOf(...Object.keys(schemas)) });
  return (value) => known(value) ?? schemas[(value as { readonly kind: string }).kind](value);
}

/** A finite number, a text, true or false. */
export const scalar = either('a finite number, a text, true or false', finite(), text, trueOrFalse);
