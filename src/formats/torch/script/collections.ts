import { type PlainCall, type PlainFunction, unknownTruth } from './plain.ts';
import { unknownText } from './texts.ts';
import {
  isScript,
  type ScriptDict,
  type ScriptList,
  type ScriptValue,
  scriptItems,
  scriptList,
  scriptTuple,
  scriptUnsupported,
} from './value.ts';

/** Lists, dicts and texts of the code. */

/** Items a list may have: sizes, states of layers, lists of tensors. */
const ITEMS = 100_000;
/** Characters a text may have: those of messages. */
const CHARACTERS = 100_000;

const requireRoom = (call: PlainCall, count: number, most: number): void => {
  if (count > most) throw scriptUnsupported(call.place, call.name, `${count} items`, `up to ${most} are`);
};

/** Functions that change a list. */
const ofList =
  (act: (list: ScriptList, args: readonly ScriptValue[], call: PlainCall) => ScriptValue): PlainFunction =>
  (call) => {
    const [list, ...args] = call.args;
    if (!isScript(list, 'list')) return undefined;
    call.requireWritable(list);
    return act(list, args, call);
  };

const indexOf = (list: readonly ScriptValue[], index: ScriptValue | undefined): number | null => {
  if (typeof index !== 'number') return null;
  const at = index < 0 ? index + list.length : index;
  return at >= 0 && at < list.length ? at : null;
};

const wrongIndex = (call: ItemCall): Error =>
  scriptUnsupported(call.place, call.name, 'a place that is not there', 'places of the list are');

const append = ofList((list, [item = null], call) => {
  requireRoom(call, list.items.length + 1, ITEMS);
  list.items.push(item);
  return list;
});

const extend = ofList((list, [more], call) => {
  const items = scriptItems(more) ?? [];
  requireRoom(call, list.items.length + items.length, ITEMS);
  for (const item of [...items]) list.items.push(item);
  return list;
});

const insert = ofList((list, [index, item = null], call) => {
  if (typeof index !== 'number') throw wrongIndex(call);
  requireRoom(call, list.items.length + 1, ITEMS);
  list.items.splice(index, 0, item);
  return null;
});

const pop = ofList((list, [index = -1], call) => {
  const at = indexOf(list.items, index);
  if (at === null) throw wrongIndex(call);
  return list.items.splice(at, 1)[0] ?? null;
});

const reverse = ofList((list) => {
  list.items.reverse();
  return null;
});

const clear = ofList((list) => {
  list.items.length = 0;
  return null;
});

const keyOf = (key: ScriptValue | undefined, call: ItemCall): string | number => {
  if (typeof key === 'string' || typeof key === 'number') return key;
  throw scriptUnsupported(call.place, call.name, 'a key of another kind', 'texts and whole numbers are');
};

const setItem: PlainFunction = (call) => {
  const [into, key, value = null] = call.args;
  if (isScript(into, 'dict') || isScript(into, 'list')) call.requireWritable(into);
  if (isScript(into, 'dict')) {
    requireRoom(call, into.entries.size + 1, ITEMS);
    into.entries.set(keyOf(key, call), value);
    return null;
  }
  if (!isScript(into, 'list')) return undefined;
  const at = indexOf(into.items, key);
  if (at === null) throw wrongIndex(call);
  into.items[at] = value;
  return null;
};

type ItemCall = Pick<PlainCall, 'name' | 'args' | 'place'>;

/** `x[i]` of lists, tuples, texts and dicts. */
export const getItem = (call: ItemCall): ScriptValue | undefined => {
  const [from, key] = call.args;
  if (isScript(from, 'dict')) {
    const found = from.entries.get(keyOf(key, call));
    if (found === undefined) throw wrongIndex(call);
    return found;
  }
  const items = typeof from === 'string' ? [...from] : scriptItems(from);
  if (items === null) return undefined;
  const at = indexOf(items, key);
  if (at === null) throw wrongIndex(call);
  return items[at];
};

const length: PlainFunction = ({ args: [value] }) => {
  if (typeof value === 'string') return value.length;
  if (isScript(value, 'dict')) return value.entries.size;
  return scriptItems(value)?.length;
};

const contains: PlainFunction = ({ args: [within, item] }) => {
  if (typeof within === 'string') return typeof item === 'string' ? within.includes(item) : undefined;
  if (isScript(within, 'dict'))
    return typeof item === 'string' || typeof item === 'number' ? within.entries.has(item) : undefined;
  const items = scriptItems(within);
  const isPlain = items?.every((one) => typeof one !== 'object' || one === null) ?? false;
  return isPlain ? items?.includes(item ?? null) : undefined;
};

const part: PlainFunction = (call) => {
  const [from, start, end, step = 1] = call.args;
  const items = typeof from === 'string' ? [...from] : scriptItems(from);
  if (items === null) return undefined;
  const [first, last] = [start ?? 0, end ?? items.length];
  if (typeof first !== 'number' || typeof last !== 'number' || typeof step !== 'number' || step < 1)
    throw scriptUnsupported(call.place, call.name, 'places that change', 'places that are known are');
  const kept = items.slice(first, last).filter((_, i) => i % step === 0);
  if (typeof from === 'string') return kept.join('');
  return isScript(from, 'tuple') ? scriptTuple(kept) : scriptList(kept);
};

const joined: PlainFunction = (call) => {
  const [a, b] = call.args;
  if (typeof a === 'string' && typeof b === 'string') {
    requireRoom(call, a.length + b.length, CHARACTERS);
    return a + b;
  }
  // A message of which a part is not known.
  if ((typeof a === 'string' && isScript(b, 'unknown')) || (typeof b === 'string' && isScript(a, 'unknown')))
    return unknownText(call.place);
  const [left, right] = [scriptItems(a), scriptItems(b)];
  if (left === null || right === null) return undefined;
  requireRoom(call, left.length + right.length, ITEMS);
  const items = [...left, ...right];
  return isScript(a, 'tuple') ? scriptTuple(items) : scriptList(items);
};

const repeated: PlainFunction = (call) => {
  const [a, b] = call.args;
  const list = isScript(a, 'list') ? a : isScript(b, 'list') ? b : null;
  const times = list === a ? b : a;
  if (list === null || typeof times !== 'number') return undefined;
  requireRoom(call, list.items.length * times, ITEMS);
  return scriptList(Array.from({ length: Math.max(0, times) }, () => list.items).flat());
};

const copied: PlainFunction = ({ args: [value] }) => {
  const items = scriptItems(value);
  return items === null ? undefined : scriptList(items);
};

const ofDict =
  (act: (dict: ScriptDict, args: readonly ScriptValue[], call: PlainCall) => ScriptValue): PlainFunction =>
  (call) => {
    const [dict, ...args] = call.args;
    return isScript(dict, 'dict') ? act(dict, args, call) : undefined;
  };

/** The numbers that a loop over `range` gives. Refused where there are more than are unrolled. */
const range: PlainFunction = (call) => {
  const given = call.args.map((value) => (typeof value === 'number' ? value : null));
  if (given.includes(null) || given.length === 0)
    throw scriptUnsupported(
      call.place,
      'range',
      'a number of turns that is chosen with each call',
      'loops of a known number of turns are',
    );
  const [a = 0, b, step = 1] = given.filter((value) => value !== null);
  const [start, end] = b === undefined ? [0, a] : [a, b];
  const count = step === 0 ? 0 : Math.max(0, Math.ceil((end - start) / step));
  requireRoom(call, count, TURNS);
  return scriptList(Array.from({ length: count }, (_, i) => start + i * step));
};

/** Turns of one loop. */
const TURNS = 10_000;

/** Whether all of a list, or any of it, is true: one that decides is enough. */
const truths =
  (decides: boolean): PlainFunction =>
  ({ args: [list], place }) => {
    const items = scriptItems(list);
    if (items === null) return undefined;
    const known = items.map((item) =>
      typeof item === 'boolean' || typeof item === 'number' ? Boolean(item) : null,
    );
    if (known.includes(decides)) return decides;
    return known.includes(null) ? unknownTruth(place) : !decides;
  };

const total: PlainFunction = ({ args: [list] }) => {
  const items = scriptItems(list);
  return items?.every((item) => typeof item === 'number')
    ? items.reduce<number>((sum, item) => sum + Number(item), 0)
    : undefined;
};

export const PLAIN_COLLECTIONS: ReadonlyMap<string, PlainFunction> = new Map<string, PlainFunction>([
  ['torch.append', append],
  ['torch.extend', extend],
  ['torch.insert', insert],
  ['torch.pop', pop],
  ['torch.reverse', reverse],
  ['torch.clear', clear],
  ['torch._set_item', setItem],
  ['torch.__getitem__', getItem],
  ['torch.len', length],
  ['len', length],
  ['torch.__contains__', contains],
  ['torch.slice', part],
  ['torch.add', joined],
  ['torch.add_', extend],
  ['torch.mul', repeated],
  ['torch.list', copied],
  ['torch.copy', copied],
  ['torch.keys', ofDict(({ entries }) => scriptList([...entries.keys()]))],
  ['torch.values', ofDict(({ entries }) => scriptList([...entries.values()]))],
  ['torch.items', ofDict(({ entries }) => scriptList([...entries].map((entry) => scriptTuple(entry))))],
  [
    'torch.get',
    ofDict(({ entries }, [key, otherwise = null], call) => entries.get(keyOf(key, call)) ?? otherwise),
  ],
  ['torch.dict', ofDict(({ entries }) => ({ type: 'dict', entries: new Map(entries) }))],
  ['range', range],
  ['prim.rangelist', range],
  ['torch.all', truths(false)],
  ['torch.any', truths(true)],
  ['torch.sum', total],
  [
    'torch.__range_length',
    ({ args: [low, high, step] }) =>
      typeof low === 'number' && typeof high === 'number' && typeof step === 'number' && step !== 0
        ? Math.max(0, Math.ceil((high - low) / step))
        : undefined,
  ],
  [
    'torch.__derive_index',
    ({ args: [index, start, step] }) =>
      typeof index === 'number' && typeof start === 'number' && typeof step === 'number'
        ? start + index * step
        : undefined,
  ],
]);
