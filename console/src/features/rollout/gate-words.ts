/** What a stage needs in order to end, in words. Pure. */
import type { RolloutView } from '../../api/generated/control-api.ts';
import { oddsWords } from '../../facts/guard-words.ts';
import { countWords, durationWords } from '../../facts/words.ts';

type Progress = NonNullable<RolloutView['progress']>;
export type Gate = Progress['gates'][number];

export function gateWords(gate: Gate, { progress, evidence, stage }: RolloutView): string {
  const now = progress?.stages[stage];
  if (progress === undefined || now === undefined) return gate.what;
  const { bake, elapsed, candidateUnits, stableUnits } = progress;
  switch (gate.kind) {
    case 'bake':
      return now.weight === 100
        ? `Time at 100 %: ${durationWords(Math.min(elapsed, now.bake))} of ${durationWords(now.bake)}`
        : `Windows in which both versions were seen: ${durationWords(Math.min(bake, now.bake))} of ${durationWords(now.bake)}`;
    case 'units':
      return `Units: ${countWords(candidateUnits)} of the candidate and ${countWords(stableUnits)} of stable; ${countWords(now.minUnits)} of each are wanted`;
    case 'doubt':
      return gate.isPassed
        ? 'Evidence of harm is below ten to one in every guard'
        : `Evidence of harm must fall below ten to one: ${gate.what.replace(/^evidence of harm in (\S+) .*/, '$1')} is above it`;
    case 'certificate':
      return gate.isPassed ? 'Certified: no harm' : `Certificate of no harm: ${certificatesOf(evidence)}`;
    case 'approval':
      return gate.isPassed ? 'Approved by a person' : 'A person must approve';
  }
}

const certificatesOf = (evidence: RolloutView['evidence']): string =>
  Object.entries(evidence)
    .flatMap(([name, guard]) =>
      guard?.certificate
        ? [`${name} at ${oddsWords(guard.certificate.log)} of ${oddsWords(guard.certificate.bound)}`]
        : [],
    )
    .join(', ') || 'nothing has been counted yet';
