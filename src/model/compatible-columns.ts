import { elementAt } from '../core/element-at.ts';
import type { SignatureChange } from './compatibility-change.ts';
import type { ColumnSpec, Signature } from './signature.ts';
import { listed, quotedValue } from './wording.ts';

/** A signature whose rows have columns. */
type Columnar = Extract<Signature, { readonly columns: readonly ColumnSpec[] }>;

const change = (breaking: boolean, name: string | null, text: string): SignatureChange => ({
  where: 'inputs',
  name,
  text,
  breaking,
});

/** Changes of the columns that callers send, rows as lists and by name alike. */
export function compareColumns(before: Columnar, after: Columnar): readonly SignatureChange[] {
  if (before.open || after.open) return compareOpen(before, after);
  const hadNames = before.columns.every(({ named }) => named);
  const hasNames = after.columns.every(({ named }) => named);
  if (hadNames && hasNames) return compareByName(before.columns, after.columns);
  const changes = compareByPosition(before.columns, after.columns);
  return hadNames === hasNames ? changes : [naming(before.columns, hasNames), ...changes];
}

/** Rows by a made-up name (`x0`) are asked for only where columns of different types have no names. */
function naming(before: readonly ColumnSpec[], hasNames: boolean): SignatureChange {
  if (!hasNames) return change(true, null, 'the columns have no names any more: rows by name are refused');
  const plain = before.every(({ type }) => type === 'number');
  return change(!plain, null, 'the columns have names now; rows as lists stay as they are');
}

function compareOpen(before: Columnar, after: Columnar): readonly SignatureChange[] {
  if (before.open && after.open) return [];
  if (before.open)
    return [change(true, null, `rows have exactly ${after.columns.length} columns, any number was accepted`)];
  const texts = before.columns.filter(({ type, ignored }) => type === 'string' || ignored);
  return texts.length > 0
    ? [change(true, null, `rows hold only numbers now: ${listed(texts.map(({ name }) => name))} may be text`)]
    : [change(false, null, 'rows may have any number of columns')];
}

function compareByPosition(
  before: readonly ColumnSpec[],
  after: readonly ColumnSpec[],
): readonly SignatureChange[] {
  if (before.length !== after.length)
    return [change(true, null, `rows have ${after.length} columns, they had ${before.length}`)];
  return before.flatMap((column, i) => compareColumn(column, elementAt(after, i)));
}

function compareByName(
  before: readonly ColumnSpec[],
  after: readonly ColumnSpec[],
): readonly SignatureChange[] {
  const had = new Map(before.map((column) => [column.name, column]));
  const has = new Map(after.map((column) => [column.name, column]));
  const removed = before.filter(({ name }) => !has.has(name));
  const added = after.filter(({ name }) => !had.has(name));
  const both = before.flatMap((column) => {
    const later = has.get(column.name);
    return later === undefined ? [] : [[column, later] as const];
  });
  const kept = both.map(([{ name }]) => name);
  const now = after.filter(({ name }) => had.has(name)).map(({ name }) => name);
  const moved = kept.findIndex((name, i) => name !== now[i]);
  return [
    ...removed.map(({ name }) =>
      change(true, name, `input ${quotedValue(name)} is gone: rows that hold it are refused`),
    ),
    ...added.map(addition),
    ...(moved < 0
      ? []
      : [
          change(
            true,
            elementAt(now, moved),
            `the order of the columns changed from ${listed(kept)} to ${listed(now)}: rows as lists are misread`,
          ),
        ]),
    ...both.flatMap(([column, later]) => compareColumn(column, later)),
  ];
}

/** Doors refuse a row without a column, even where `null` would do: a caller who never heard of it is refused. */
function addition({ name, nullable, ignored }: ColumnSpec): SignatureChange {
  const text = `input ${quotedValue(name)} is new: `;
  if (ignored) return change(true, name, `${text}it is not read, but rows as lists need a place for it`);
  return change(true, name, `${text}rows without it are refused${nullable ? ', though it may be null' : ''}`);
}

/** What becomes of rows with a value that is not accepted any more. */
const COUNTED = ': such rows are refused, and its rollout counts them as failures';

function compareColumn(before: ColumnSpec, after: ColumnSpec): readonly SignatureChange[] {
  const { name } = before;
  const input = `input ${quotedValue(name)}`;
  if (after.ignored)
    return before.ignored ? [] : [change(false, name, `${input} is not read any more: any value will do`)];
  if (before.ignored) return [change(true, name, `${input} is read now, any value was accepted`)];
  const changes = [...compareValues(before, after, input)];
  if (before.nullable && !after.nullable)
    changes.push(change(false, name, `${input} may not be missing any more${COUNTED}`));
  if (!before.nullable && after.nullable) changes.push(change(false, name, `${input} may be missing now`));
  const [had, has] = [before.largest ?? Infinity, after.largest ?? Infinity];
  if (has < had)
    changes.push(change(false, name, `${input} is refused beyond ${has.toPrecision(3)} in magnitude now`));
  return changes;
}

function compareValues(before: ColumnSpec, after: ColumnSpec, input: string): readonly SignatureChange[] {
  const { name } = before;
  const widened = before.type === 'bool' && after.type === 'number';
  if (before.type !== after.type && !widened)
    return [change(true, name, `${input} is a ${after.type}, it was a ${before.type}`)];
  const had = accepted(before);
  const has = accepted(after);
  const type = widened ? [change(false, name, `${input} may be any number, it was true or false`)] : [];
  if (has === null) {
    if (had === null || before.type === 'bool') return [...type, ...knownChange(before, after, input)];
    return [
      ...type,
      change(false, name, `${input} may be any ${after.type}, it was one of known categories`),
    ];
  }
  // Which categories training saw differs from one to the next; a column that had none is another matter.
  const isBreaking = before.categories === undefined || before.type !== after.type;
  const counted = isBreaking ? '' : COUNTED;
  if (had === null)
    return [
      change(
        isBreaking,
        name,
        `${input} is refused now unless it is one of ${listed([...has.values()])}${counted}`,
      ),
    ];
  const lost = [...had].filter(([key]) => !has.has(key)).map(([, text]) => text);
  const won = [...has].filter(([key]) => !had.has(key)).map(([, text]) => text);
  return [
    ...type,
    ...(lost.length > 0
      ? [change(isBreaking, name, `${input} may not be ${listed(lost)} any more${counted}`)]
      : []),
    ...(won.length > 0 ? [change(false, name, `${input} may be ${listed(won)} now`)] : []),
  ];
}

/** Values that are accepted, as comparable keys with how to show them; null where there is no end of them. */
function accepted({ type, categories, unknown }: ColumnSpec): ReadonlyMap<unknown, string> | null {
  const strict = categories !== undefined && unknown !== 'ignore';
  if (!strict && type !== 'bool') return null;
  const values = strict ? categories.filter((value) => value !== null) : [false, true];
  return new Map(
    values.map((value) => [typeof value === 'boolean' ? Number(value) : value, quotedValue(value)]),
  );
}

/** Categories of a column that takes others too, and gives them no meaning. */
function knownChange(before: ColumnSpec, after: ColumnSpec, input: string): readonly SignatureChange[] {
  const had = new Set<unknown>(before.categories);
  const has = new Set<unknown>(after.categories);
  const lost = [...had].filter((value) => !has.has(value));
  if (after.categories === undefined || lost.length === 0) return [];
  return [
    change(false, before.name, `${input} counts as unknown where it is ${listed(lost.map(quotedValue))}`),
  ];
}
