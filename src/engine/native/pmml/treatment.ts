import type { PmmlDomain, PmmlTreatment } from '../../../model/pmml/program.ts';
import { castPmmlValue, type PmmlType, type PmmlValue } from '../../../model/pmml/value.ts';
import { isWithin, type PmmlCompute } from './expression.ts';
import type { RefuseRow } from './state.ts';

/** How a value stands to the domain of its field. */
type Standing = 'valid' | 'invalid' | 'missing';

/**
 * What a `MiningField` makes of a value, in the order of the specification: what is missing, what is invalid, outliers
 * among what is valid; replacements of missing values come last.
 */
export function prepareTreatment(
  raw: PmmlCompute,
  name: string,
  type: PmmlType,
  treatment: PmmlTreatment,
  refuse: RefuseRow,
): PmmlCompute {
  const { invalid, invalidReplacement, refusesMissing, missingReplacement, outliers, low, high } = treatment;
  const standingOf = prepareDomain(treatment.domain);
  const missing = (): PmmlValue => {
    if (refusesMissing) refuse(name, 'expected a value, got a missing one');
    return missingReplacement;
  };
  const treatOutlier = (value: PmmlValue): PmmlValue => {
    if (typeof value !== 'number' || (value >= low && value <= high)) return value;
    if (outliers === 'asMissingValues') return missingReplacement;
    return value < low ? low : high;
  };
  return () => {
    const cell = raw();
    if (cell === null) return missing();
    const value = castPmmlValue(cell, type, type);
    const standing = value === null ? 'invalid' : standingOf(value);
    if (standing === 'missing') return missing();
    if (standing === 'valid') return outliers === 'asIs' ? value : treatOutlier(value);
    switch (invalid) {
      case 'asMissing':
        return missingReplacement;
      case 'asValue':
        return invalidReplacement ?? value;
      case 'asIs':
        return invalidReplacement ?? value;
      default:
        return refuse(name, `${JSON.stringify(cell)} is not ${wantedBy(treatment.domain, type)}`);
    }
  };
}

function prepareDomain({ valid, invalid, missing, intervals }: PmmlDomain): (value: PmmlValue) => Standing {
  if (valid.length + invalid.length + missing.length + intervals.length === 0) return () => 'valid';
  const [isValid, isInvalid, isMissing] = [new Set(valid), new Set(invalid), new Set(missing)];
  return (value) => {
    if (isMissing.has(value)) return 'missing';
    if (isInvalid.has(value) || (isValid.size > 0 && !isValid.has(value))) return 'invalid';
    if (isValid.size > 0 || intervals.length === 0 || typeof value !== 'number') return 'valid';
    return intervals.some((interval) => isWithin(value, interval)) ? 'valid' : 'invalid';
  };
}

/** Values that a message lists. */
const LISTED = 5;

function wantedBy({ valid, intervals }: PmmlDomain, type: PmmlType): string {
  if (valid.length > 0) {
    const more = valid.length > LISTED ? `, … (${valid.length} in all)` : '';
    return `one of ${valid
      .slice(0, LISTED)
      .map((value) => JSON.stringify(value))
      .join(', ')}${more}`;
  }
  const [first] = intervals;
  return first === undefined ? `a valid ${type}` : `from ${first.low} to ${first.high}`;
}
