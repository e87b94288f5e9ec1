import { modelUnsupported } from '../../../model/way-past.ts';
import { truncate } from '../../../text/truncate.ts';

/** What is known of a tensor without its elements. */
interface TensorForm {
  readonly dtype: string;
  readonly shape: readonly number[];
}

type Forms = ReadonlyMap<string, TensorForm>;

/** Which weights go where, and what was done to their names. */
export interface MatchedNames {
  /** Names in the file by those in the graph. */
  readonly given: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

/** Names that a message tells of each kind. */
const TOLD = 8;
/** Of batch normalisation: counts the steps of training, and no answer depends on it. */
const COUNTER = /(?:^|\.)num_batches_tracked$/;

/** A name as compiled models have it, without what `torch.compile` puts in it. */
const uncompiled = (name: string): string => name.replaceAll('_orig_mod.', '');

/** Prefixes that all names have, the shortest first: `module.`, `module.model.`. */
function commonPrefixes(names: readonly string[]): readonly string[] {
  const [first, ...others] = names;
  const parts = first?.split('.') ?? [];
  const found: string[] = [''];
  for (let count = 1; count < parts.length; count += 1) {
    const prefix = `${parts.slice(0, count).join('.')}.`;
    if (!others.every((name) => name.startsWith(prefix))) break;
    found.push(prefix);
  }
  return found;
}

/** Prefixes of wrappers: of data in parallel, of Lightning, of programs that hold a network by a name. */
const WRAPPERS = [
  'module.',
  'model.',
  'module.model.',
  'model.module.',
  'net.',
  'network.',
  'encoder.',
  'backbone.',
];

interface Renaming {
  /** Names in the file by those that they have without the prefix. */
  readonly names: ReadonlyMap<string, string>;
  readonly away: string;
  readonly added: string;
  readonly matches: number;
}

/** The prefixes that let most names match; none where that is as good. */
function bestRenaming(wanted: Forms, given: Forms): Renaming {
  const names = [...given.keys()];
  const away = new Set([...commonPrefixes(names.map(uncompiled)), ...WRAPPERS]);
  const added = new Set([...commonPrefixes([...wanted.keys()].map(uncompiled)), ...WRAPPERS]);
  const targets = new Map([...wanted.keys()].map((name) => [uncompiled(name), name]));
  const attempt = (less: string, more: string): Renaming => {
    const renamed = new Map<string, string>();
    for (const name of names) {
      const bare = uncompiled(name);
      const short = bare.startsWith(less) ? bare.slice(less.length) : bare;
      const target = targets.get(more + short);
      if (target !== undefined && !renamed.has(target)) renamed.set(target, name);
    }
    return { names: renamed, away: less, added: more, matches: renamed.size };
  };
  let best = attempt('', '');
  for (const less of away) {
    for (const more of ['', ...(less === '' ? added : [])]) {
      if (best.matches === wanted.size) return best;
      const next = attempt(less, more);
      if (next.matches > best.matches) best = next;
    }
  }
  return best;
}

/**
 * Finds a tensor of a file for each parameter and buffer of a network, as `load_state_dict(strict=True)` does; prefixes
 * that wrappers put before all names are no difference.
 *
 * @param tied names that are the same parameter as another one: one of them is enough
 * @throws MODEL_UNSUPPORTED with the names that are missing, those that nothing wants, and sizes that differ
 */
export function matchNames(
  wanted: Forms,
  given: Forms,
  tied: ReadonlyMap<string, readonly string[]>,
  file: string,
): MatchedNames {
  const { names, away, added } = bestRenaming(wanted, given);
  const found = new Map(names);
  for (const [name, others] of tied) {
    const same = others.find((other) => found.has(other));
    const source = same === undefined ? undefined : found.get(same);
    if (!found.has(name) && source !== undefined) found.set(name, source);
  }
  const missing = [...wanted.keys()].filter((name) => !found.has(name) && !COUNTER.test(name));
  const used = new Set(found.values());
  const unexpected = [...given.keys()].filter((name) => !used.has(name) && !COUNTER.test(name));
  const problems = [
    ...listed('missing', missing),
    ...listed('unexpected', unexpected),
    ...misfits(wanted, given, found),
  ];
  if (problems.length > 0) throw refusal(file, `not what the network wants: ${problems.join('; ')}`);
  return { given: found, notes: [...renamingNotes(away, added), ...conversions(wanted, given, found)] };
}

const listed = (what: string, names: readonly string[]): readonly string[] => {
  if (names.length === 0) return [];
  const told = names.slice(0, TOLD).map((name) => truncate(name, 80));
  return [`${what} ${told.join(', ')}${names.length > TOLD ? ` and ${names.length - TOLD} more` : ''}`];
};

const isFloat = (dtype: string): boolean => /float/.test(dtype);

function misfits(wanted: Forms, given: Forms, found: ReadonlyMap<string, string>): readonly string[] {
  const wrong: string[] = [];
  for (const [name, source] of found) {
    const [want, have] = [wanted.get(name), given.get(source)];
    if (want === undefined || have === undefined) continue;
    if (want.shape.join() !== have.shape.join())
      wrong.push(`${truncate(source, 80)} is [${have.shape}], and the network wants [${want.shape}]`);
    else if (isFloat(want.dtype) !== isFloat(have.dtype))
      wrong.push(`${truncate(source, 80)} is ${have.dtype}, and the network wants ${want.dtype}`);
  }
  return wrong.length > TOLD ? [...wrong.slice(0, TOLD), `and ${wrong.length - TOLD} more`] : wrong;
}

const renamingNotes = (away: string, added: string): readonly string[] => [
  ...(away === '' ? [] : [`The names of the weights begin with "${away}", which the network does not have`]),
  ...(added === '' ? [] : [`The network calls its weights "${added}…", which the file leaves out`]),
];

/** torch copies weights into the type that the network has. */
function conversions(wanted: Forms, given: Forms, found: ReadonlyMap<string, string>): readonly string[] {
  const kinds = new Set<string>();
  for (const [name, source] of found) {
    const [want, have] = [wanted.get(name)?.dtype, given.get(source)?.dtype];
    if (want !== undefined && have !== undefined && want !== have) kinds.add(`${have} as ${want}`);
  }
  return kinds.size === 0 ? [] : [`Weights are taken as the network has them: ${[...kinds].join(', ')}`];
}

const refusal = (file: string, found: string): Error =>
  modelUnsupported({
    path: truncate(file, 80),
    class: 'torch state dict',
    offset: 0,
    field: 'the state dict',
    found,
    wanted: 'a tensor for each parameter and buffer of the network, and no others, are',
  });
