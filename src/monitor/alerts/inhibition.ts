/** Which alerts are silenced by others, by the table of `rules.ts`. Pure. */
import type { AlertRow } from './alert.ts';
import { isMoreSevere } from './alert-transition.ts';
import { INHIBITIONS, type RuleFamily, ruleFamily } from './rule-families.ts';

/** Fingerprint of the alert that silences each, for those that are silenced. */
export function inhibitions(rows: readonly AlertRow[]): ReadonlyMap<string, string> {
  const firing = rows.filter(({ state }) => state === 'firing');
  const silenced = new Map<string, string>();
  for (const { by, silences, equal } of INHIBITIONS) {
    const sources = new Map<string, AlertRow>();
    for (const row of firing.filter(({ labels }) => ruleFamily(labels) === by))
      keepWorst(sources, row, equal);
    if (sources.size === 0) continue;
    for (const row of firing) {
      if (silenced.has(row.fingerprint) || !includes(silences, ruleFamily(row.labels))) continue;
      const source = sources.get(scopeOf(row, equal));
      if (source === undefined || !hasAll(row, equal) || isMoreSevere(row.severity, source.severity))
        continue;
      silenced.set(row.fingerprint, source.fingerprint);
    }
  }
  return silenced;
}

const includes = (families: readonly RuleFamily[], family: RuleFamily): boolean => families.includes(family);

/** Of several sources the most severe speaks, then the one whose fingerprint comes first. */
function keepWorst(sources: Map<string, AlertRow>, row: AlertRow, equal: readonly string[]): void {
  if (!hasAll(row, equal)) return;
  const scope = scopeOf(row, equal);
  const kept = sources.get(scope);
  const wins =
    kept === undefined ||
    isMoreSevere(row.severity, kept.severity) ||
    (row.severity === kept.severity && row.fingerprint < kept.fingerprint);
  if (wins) sources.set(scope, row);
}

const hasAll = ({ labels }: AlertRow, names: readonly string[]): boolean =>
  names.every((name) => labels[name] !== undefined);

const scopeOf = ({ labels }: AlertRow, equal: readonly string[]): string =>
  JSON.stringify([labels.model, labels.endpoint, ...equal.map((name) => labels[name] ?? null)]);
