import type { DocumentValue } from '../../json/document.ts';
import { isObject, itemsOf } from '../../json/document.ts';
import { DocumentView } from '../../json/document-view.ts';
import type { AtenValue } from '../aten/value.ts';
import { documentRefusal, scalarType, setField } from './schema.ts';

/** Values by the names that nodes gave them. */
export type ProgramNames = (name: string, at: DocumentView) => AtenValue;

/** Floats that JSON has no numbers for are texts, or words of Python's own. */
const WORDS = new Map<DocumentValue, number>([
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['NaN', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['nan', Number.NaN],
]);

const floatOf = (value: DocumentValue | undefined, at: DocumentView, field: string): AtenValue => {
  const number = typeof value === 'number' ? value : WORDS.get(value ?? null);
  if (number === undefined) throw at.wrong(field, 'a number', value);
  return { type: 'float', value: number };
};

type Reading = (argument: DocumentView, field: string, names: ProgramNames) => AtenValue;

const named: Reading = (argument, field, names) => names(argument.child(field).text('name'), argument);

/** A number, a size or a truth that is chosen with each call, by its name, or as it is. */
const symbolic: Reading = (argument, field, names) => unionOf(argument.child(field), names);

const listOf =
  (read: (item: DocumentView, names: ProgramNames) => AtenValue): Reading =>
  (argument, field, names) =>
    argument.children(field).map((item) => read(item, names));

const plainList: Reading = (argument, field) =>
  argument.list(field).map((item) => {
    if (typeof item === 'number' || typeof item === 'string' || typeof item === 'boolean') return item;
    throw argument.wrong(field, 'a list of plain values', item);
  });

const plain: Reading = (argument, field) => {
  const value = argument.get(field);
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  throw argument.wrong(field, 'a plain value');
};

const nothing: Reading = () => null;

/** Ends of slices are 2⁶³ - 1, which no number holds: what is larger than any size is as good. */
const wholeNumber: Reading = (argument, field) => {
  const value = argument.number(field);
  if (!Number.isInteger(value)) throw argument.wrong(field, 'a whole number');
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
};

/** By the field of the union `Argument` that is set. */
const READINGS: ReadonlyMap<string, Reading> = new Map<string, Reading>([
  ['as_none', nothing],
  ['as_tensor', named],
  ['as_tensors', listOf((item, names) => names(item.text('name'), item))],
  ['as_optional_tensor', symbolic],
  ['as_optional_tensors', listOf((item, names) => unionOf(item, names))],
  ['as_nested_tensors', (argument, field, names) => nested(argument.list(field), argument, names)],
  ['as_int', wholeNumber],
  ['as_ints', plainList],
  ['as_float', (argument, field) => floatOf(argument.get(field), argument, field)],
  ['as_floats', (argument, field) => argument.list(field).map((item) => floatOf(item, argument, field))],
  ['as_bool', plain],
  ['as_bools', plainList],
  ['as_string', plain],
  ['as_strings', plainList],
  ['as_name', (argument, field, names) => names(argument.text(field), argument)],
  ['as_sym_int', symbolic],
  ['as_sym_ints', listOf((item, names) => unionOf(item, names))],
  ['as_sym_bool', symbolic],
  ['as_sym_bools', listOf((item, names) => unionOf(item, names))],
  ['as_sym_float', symbolic],
  ['as_sym_floats', listOf((item, names) => unionOf(item, names))],
  [
    'as_scalar_type',
    (argument, field) => ({ type: 'dtype', dtype: scalarType(argument.integer(field), 'an argument') }),
  ],
  // Where memory lies, and in which order: nothing that an answer depends on.
  ['as_memory_format', nothing],
  ['as_layout', nothing],
  ['as_device', nothing],
]);

function nested(
  lists: readonly DocumentValue[],
  argument: DocumentView,
  names: ProgramNames,
): readonly AtenValue[] {
  return lists.map((list) =>
    (itemsOf(list) ?? []).map((item) => {
      if (!isObject(item)) throw argument.wrong('as_nested_tensors', 'lists of tensors', item);
      const view = new DocumentView(item, argument.place, documentRefusal);
      return names(view.text('name'), view);
    }),
  );
}

/** The value of a union of arguments. READ_CORRUPT for what the schema does not have, or nothing here takes. */
export function unionOf(argument: DocumentView, names: ProgramNames): AtenValue {
  const variant = setField(argument);
  const reading = READINGS.get(variant);
  if (reading === undefined) throw argument.wrong(variant, 'an argument that a tensor operator takes');
  return reading(argument, variant, names);
}
