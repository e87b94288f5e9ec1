import type { SignatureChange, SignatureDifference } from './compatibility-change.ts';
import { compareColumns } from './compatible-columns.ts';
import { compareOutputs } from './compatible-outputs.ts';
import { compareTensors } from './compatible-tensors.ts';
import type { Signature } from './signature.ts';

export interface SignatureCompatibility {
  /** What callers of the one before may be refused for, or may misread. */
  readonly breaking: readonly SignatureDifference[];
  /** What they need not know. */
  readonly compatible: readonly SignatureDifference[];
}

/**
 * What changes for callers when `after` takes the place of `before`. Every request that `before` accepts must be
 * accepted by `after`, rows as lists as well as by name, and every answer must hold what it held, in the same type and
 * order; whatever breaks that is breaking. Three judgements are gentler. Values that a column takes no more (a category
 * that training did not see this time, a missing value) are compatible: how often they come is for the traffic to say,
 * and the rollout counts such rows as failures. An input that grows a bound on magnitude (trees on float32) and names
 * given to columns that had none are compatible, too. One is harder: a number that becomes true or
 * false is breaking, although 0 and 1 are accepted.
 */
export function compatibility(before: Signature, after: Signature): SignatureCompatibility {
  const changes = [...compareInputs(before, after), ...compareOutputs(before, after)];
  const pick = (breaking: boolean): readonly SignatureDifference[] =>
    changes
      .filter((change) => change.breaking === breaking)
      .map(({ where, name, text }) => ({ where, name, text }));
  return { breaking: pick(true), compatible: pick(false) };
}

const FORMS: Readonly<Record<Signature['form'], string>> = {
  table: 'rows of columns',
  text: 'one text a row',
  labels: 'one label a row',
  tensors: 'tensors',
};

function compareInputs(before: Signature, after: Signature): readonly SignatureChange[] {
  if (before.form === 'tensors' && after.form === 'tensors')
    return compareTensors(before.tensors, after.tensors);
  if (before.form === after.form && before.form !== 'tensors' && after.form !== 'tensors')
    return compareColumns(before, after);
  const text = `the inputs are ${FORMS[after.form]}, they were ${FORMS[before.form]}`;
  return [{ where: 'inputs', name: null, text, breaking: true }];
}
