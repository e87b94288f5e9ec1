import { truncate } from '../../text/truncate.ts';
import { isType, type PyDType, type PyObject, type PyValue } from '../pickle/value.ts';
import { toNumber, toText } from './arrays.ts';

const LONGEST = 60;

const clip = (text: string): string => truncate(text, LONGEST);

/** `float64`, `<U5`-style names for messages. */
export function showDType(dtype: PyDType): string {
  const kinds: Record<string, string> = { f: 'float', i: 'int', u: 'uint', c: 'complex' };
  const kind = kinds[dtype.code];
  if (kind !== undefined) return `${kind}${dtype.itemSize * 8}`;
  if (dtype.code === 'b') return 'bool';
  if (dtype.code === 'O') return 'object';
  if (dtype.fields !== null) return 'record';
  if (dtype.code === 'M') return 'datetime64';
  if (dtype.code === 'm') return 'timedelta64';
  if (dtype.code === 'S') return `bytes (S${dtype.itemSize})`;
  return `${dtype.code}${dtype.itemSize}`;
}

/** Full name of a class or function as the file spells it. */
export const globalName = (value: { readonly module: string; readonly name: string }): string =>
  `${value.module}.${value.name}`;

/** One short line that names a value of the file, for messages and `inspect`; never the whole content. */
export function show(value: PyValue | undefined): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'None';
  if (typeof value === 'string') return clip(`'${value}'`);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return clip(String(value));
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  switch (value.type) {
    case 'int':
      return String(value.value);
    case 'complex':
      return 'a complex number';
    case 'float':
      return Number.isNaN(value.value)
        ? 'nan'
        : Number.isInteger(value.value)
          ? value.value.toFixed(1)
          : String(value.value);
    case 'list':
    case 'tuple':
    case 'set':
    case 'frozenset':
      return showItems(value.type, value.items);
    case 'dict':
      return showDict(value.entries.map(([key]) => key));
    case 'global':
      return clip(globalName(value));
    case 'object':
      return clip(boundMethod(value) ?? `a ${globalName(value.cls)}`);
    case 'array':
      return `${showDType(value.dtype)}[${value.shape.join(', ')}]`;
    case 'scalar':
      return String(toNumber(value) ?? toText(value) ?? showDType(value.dtype));
    case 'dtype':
      return showDType(value);
  }
}

/** The keys say what a dict of several models holds. */
function showDict(keys: readonly PyValue[]): string {
  const names = keys.slice(0, 4).filter((key) => typeof key === 'string');
  const more = keys.length > names.length ? ', …' : '';
  return `a dict of ${keys.length}${names.length === 0 ? '' : clip(` (${names.join(', ')}${more})`)}`;
}

/** Python pickles a method as `getattr(owner, 'name')`. */
function boundMethod({ cls, args }: PyObject): string | null {
  const [owner, name] = args;
  if (cls.name !== 'getattr' || typeof name !== 'string') return null;
  if (isType(owner, 'object')) return `${globalName(owner.cls)}.${name}`;
  return isType(owner, 'global') ? `${globalName(owner)}.${name}` : null;
}

function showItems(type: string, items: readonly PyValue[]): string {
  if (items.length > 6) return `a ${type} of ${items.length}`;
  const [open, close] = type === 'list' ? '[]' : type === 'tuple' ? '()' : '{}';
  return clip(`${open}${items.map(showLeaf).join(', ')}${close}`);
}

/** Containers inside containers are named only: the file may nest them without end. */
const showLeaf = (value: PyValue): string =>
  typeof value === 'object' && value !== null && 'items' in value && !('cls' in value)
    ? `a ${value.type}`
    : show(value);
