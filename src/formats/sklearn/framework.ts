import type { SourceFramework } from '../../model/description.ts';
import { className, objectState } from '../pickle/access.ts';
import { isType, type PyValue } from '../pickle/value.ts';
import { releaseOf } from './state.ts';

/**
 * The library by the module of the root; its release from what a part says of itself (`releases`, by library: the booster in a
 * wrapper), or from the root or the first estimator inside that has one.
 */
export function frameworkOf(
  root: PyValue,
  releases: ReadonlyMap<string, string> = new Map(),
): SourceFramework {
  if (!isType(root, 'object')) return { name: 'python', version: null };
  const top = root.cls.module.split('.')[0] ?? '';
  const release = releases.get(top);
  if (release !== undefined) return { name: top, version: release };
  const version = firstRelease(root, new Set());
  const name = top === 'sklearn' || version !== null ? 'scikit-learn' : top === '' ? 'python' : top;
  return { name, version };
}

/** Values in which a release is looked for: the estimators of a file come first in it. */
const MAX_LOOKS = 1000;
const LOOK = ['steps', 'transformers_', 'transformer_list', 'best_estimator_', 'estimator_'];

/** Each value is looked at once: lists of a file may hold themselves. */
function firstRelease(value: PyValue | undefined, seen: Set<PyValue>): string | null {
  if (value === undefined || seen.has(value) || seen.size > MAX_LOOKS) return null;
  if (typeof value === 'object' && value !== null) seen.add(value);
  if (isType(value, 'list') || isType(value, 'tuple')) {
    for (const item of value.items.slice(0, 100)) {
      const found = firstRelease(item, seen);
      if (found !== null) return found;
    }
  }
  if (!isType(value, 'object')) return null;
  const state = objectState(value);
  const own = releaseOf(state);
  if (own !== null && className(value).startsWith('sklearn.')) return own.text;
  for (const name of LOOK) {
    const found = firstRelease(state.get(name), seen);
    if (found !== null) return found;
  }
  return null;
}
