/** What a network takes beside its file to run with Python: code that the file names, and what is allowed. */

import type { CompileBlocker } from '../../../model/blocker.ts';
import type { PythonPermission } from '../../../python/demands.ts';
import { modulesWith } from '../../../registry/python/code-near.ts';

export interface NetworkNeeds {
  /** What code has to define, in words; null where the file names nothing that it lacks. */
  readonly lacks: string | null;
  /** Module nearby that defines it, or null. */
  readonly code: string | null;
  /** Whether only a script can make the network where no module nearby does: the file has its weights alone. */
  readonly isWeights: boolean;
  readonly allow: PythonPermission | null;
}

const NOTHING: NetworkNeeds = { lacks: null, code: null, isWeights: false, allow: null };

/** By what stands in the way of compiling it; unless code comes with it, modules near `source` are looked through as text. */
export function networkNeeds(
  source: string,
  blockers: readonly CompileBlocker[],
  hasCode: boolean,
): NetworkNeeds {
  const needs = blockers
    .map((blocker) => needsOf(source, blocker))
    .filter(({ lacks }) => lacks === null || !hasCode);
  return needs.find(({ lacks, allow }) => lacks !== null || allow !== null) ?? NOTHING;
}

/** `torch.ops.mylib.twice.default`. */
const CUSTOM_OPERATOR = /^torch\.ops\.(?!aten\.)(\w+)\.(\w+)/;
const WEIGHTS = /^(?:state dict of torch|checkpoint of torch|safetensors)$/;
const DEFINES_MODULE = /^class\s+\w+\s*\([^)]*\bModule\b/m;

function needsOf(source: string, { class: name, field, found }: CompileBlocker): NetworkNeeds {
  if (name === 'keras.Lambda') return { ...NOTHING, allow: 'lambda' };
  const operator = CUSTOM_OPERATOR.exec(name);
  if (operator !== null) {
    const [, library, each] = operator;
    const lacks = `the operator ${library}::${each}`;
    return { ...NOTHING, lacks, code: only(source, new RegExp(`\\b${library}::${each}\\b`)) };
  }
  if (name.startsWith('keras.') && field === 'the class') {
    const className = /(\w+)\W*$/.exec(found)?.[1] ?? '';
    const lacks = `the class ${found.replaceAll('"', '')}`;
    return { ...NOTHING, lacks, code: only(source, new RegExp(`^class\\s+${className}\\b`, 'm')) };
  }
  if (field === 'the network' && WEIGHTS.test(name))
    return {
      ...NOTHING,
      lacks: 'the class of the network',
      isWeights: true,
      code: only(source, DEFINES_MODULE),
    };
  return NOTHING;
}

/** The one module that fits; of several nobody can tell. */
function only(source: string, pattern: RegExp): string | null {
  const [found, ...others] = modulesWith(source, pattern);
  return others.length > 0 ? null : (found ?? null);
}
