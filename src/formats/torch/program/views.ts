import { AtenCall, type CallPlace } from '../aten/call.ts';
import type { AtenGraph } from '../aten/graph.ts';
import type { AtenOperator } from '../aten/operator.ts';
import { sizesOf } from '../aten/primitives.ts';
import { reshaped } from '../aten/reshape.ts';
import { atenOperator } from '../aten/table.ts';
import { type AtenTensor, type AtenValue, isValue, isValues } from '../aten/value.ts';
import type { ViewLink } from './values.ts';

/** A call of an operator that answers a view of its first argument. */
export interface ViewCall {
  readonly operator: AtenOperator;
  readonly place: CallPlace;
  readonly given: ReadonlyMap<string, AtenValue>;
  /** The value that the first argument is. */
  readonly of: string;
}

/** Views that have all elements of what they are views of, in the same order. */
const SAME_ORDER = /^(?:view|_unsafe_view|view_as|unflatten|squeeze|unsqueeze|detach|detach_|alias)(?:\.|$)/;

/**
 * How the answer of such an operator hangs together with its argument.
 *
 * @param part which of its answers, where it has several
 */
export function viewLink(g: AtenGraph, call: ViewCall, part: number | null): ViewLink {
  const { operator, given, place } = call;
  const first = operator.parameters[0] ?? '';
  const again = (base: AtenValue): AtenValue => {
    const made = operator.emit(new AtenCall(g, place, new Map(given).set(first, base)));
    return part !== null && isValues(made) ? (made[part] ?? null) : made;
  };
  return {
    of: call.of,
    mayCopy: operator.mayCopy,
    again,
    into: (base, changed) => {
      if (!isValue(base, 'tensor') || !isValue(changed, 'tensor')) return changed;
      return writtenInto(g, call, base, changed) ?? scatteredInto(g, again, base, changed);
    },
  };
}

/** What an operator that writes in place answers is what it wrote to. */
export const sameStorage = (of: string): ViewLink => ({
  of,
  mayCopy: false,
  again: (base) => base,
  into: (_base, changed) => changed,
});

/** The other way round, for views that have one: null for others. */
function writtenInto(
  g: AtenGraph,
  { operator, given, place }: ViewCall,
  base: AtenTensor,
  changed: AtenTensor,
): AtenTensor | null {
  const name = operator.name.replace(/\..*/, '');
  if (SAME_ORDER.test(operator.name)) return reshaped(g, changed, sizesOf(g, base));
  const step = given.get('step') ?? 1;
  const start = given.get('start') ?? 0;
  const isPlain =
    name === 'select' || (name === 'slice' && step === 1 && typeof start === 'number' && start >= 0);
  const writer = isPlain ? atenOperator(`${name}_scatter`, '') : undefined;
  if (writer === undefined) return null;
  const arguments_ = new Map(given).set('self', base).set('src', changed);
  const made = writer.emit(new AtenCall(g, place, arguments_));
  return isValue(made, 'tensor') ? made : null;
}

/** Any other view: the same view of the places of all elements says where each element of it goes. */
function scatteredInto(
  g: AtenGraph,
  again: (base: AtenValue) => AtenValue,
  base: AtenTensor,
  changed: AtenTensor,
): AtenTensor {
  const sizes = sizesOf(g, base);
  const flat = reshaped(g, base, [-1]);
  const count = g.add('Size', [base], { dtype: 'int64', shape: [] });
  const bounds = [g.scalar(0, 'int64'), count, g.scalar(1, 'int64')];
  const every = g.add('Range', bounds, { dtype: 'int64', shape: flat.shape });
  const seen = again(reshaped(g, every, sizes));
  if (!isValue(seen, 'tensor')) return changed;
  const inputs = [flat, reshaped(g, seen, [-1]), reshaped(g, changed, [-1])];
  return reshaped(g, g.add('ScatterElements', inputs, flat, { axis: 0n }), sizes);
}
