import type { PlainCall, PlainFunction } from './plain.ts';
import {
  isScript,
  placeText,
  type ScriptPlace,
  type ScriptUnknown,
  type ScriptValue,
  scriptItems,
} from './value.ts';

/** Texts that code makes of values: names of outputs, keys of dicts, messages. */

/** Characters of a text that is made. */
const CHARACTERS = 100_000;

/** A text of which a part is not known: messages of errors have them, and nothing may be decided by it. */
export const unknownText = (place: ScriptPlace): ScriptUnknown => ({
  type: 'unknown',
  isBoolean: false,
  from: placeText(place),
  test: null,
});

/** A value as torch prints it (`operator<<` of c10/core/ivalue.cpp); null for what is not printed here: floats, tensors. */
function printed(value: ScriptValue | undefined): string | null {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** Joins parts; a text with a part that is not known is not known. */
function textOf(call: PlainCall, parts: readonly (string | null)[]): ScriptValue {
  const length = parts.reduce((all, part) => all + (part?.length ?? 0), 0);
  return parts.includes(null) || length > CHARACTERS ? unknownText(call.place) : parts.join('');
}

/** Fills the places of a pattern with values, one after the other. */
function filled(
  call: PlainCall,
  values: readonly (ScriptValue | undefined)[],
  places: RegExp,
  isPlace: (mark: string, value: ScriptValue | undefined) => boolean = () => true,
): ScriptValue {
  const [pattern] = call.args;
  if (typeof pattern !== 'string') return unknownText(call.place);
  const [head = '', ...rest] = pattern.split(places);
  const marks = pattern.match(places) ?? [];
  return textOf(call, [
    head,
    ...rest.flatMap((part, i) => [isPlace(marks[i] ?? '', values[i]) ? printed(values[i]) : null, part]),
  ]);
}

const formatted: PlainFunction = (call) => filled(call, call.args.slice(1), /\{\}/g);

/** `"%s-%s" % (a, b)` has the tuple itself. */
const percentFormatted: PlainFunction = (call) => {
  const [, given] = call.args;
  const values = isScript(given, 'tuple') ? (scriptItems(given) ?? []) : call.args.slice(1);
  return filled(
    call,
    values,
    /%./g,
    (mark, value) => mark === '%s' || (/%[di]/.test(mark) && typeof value === 'number'),
  );
};

const joined: PlainFunction = (call) => {
  const [between, list] = call.args;
  const items = scriptItems(list);
  if (typeof between !== 'string' || items === null) return unknownText(call.place);
  return textOf(
    call,
    items.flatMap((item, i) => [i === 0 ? '' : between, typeof item === 'string' ? item : null]),
  );
};

const asText: PlainFunction = (call) => textOf(call, [printed(call.args[0])]);

export const PLAIN_TEXTS: ReadonlyMap<string, PlainFunction> = new Map<string, PlainFunction>([
  ['torch.format', formatted],
  ['torch.percentFormat', percentFormatted],
  ['torch.join', joined],
  ['torch.str', asText],
  ['str', asText],
]);
