/** Every rule over every piece of evidence; the time is a part of it. */
import { burstEndpoint } from './burst-endpoint.ts';
import { codeMissing } from './code-missing.ts';
import type { EndpointEvidence, InstallationEvidence, VersionEvidence } from './evidence.ts';
import { immediateRollout } from './immediate-rollout.ts';
import { neverProvedClean } from './never-proved-clean.ts';
import { noLabels } from './no-labels.ts';
import { noReceiver } from './no-receiver.ts';
import { noReference } from './no-reference.ts';
import type { Pitfall, PitfallReport, PitfallSubject } from './pitfall.ts';
import { stuckRollout } from './stuck-rollout.ts';
import { tinyBatches } from './tiny-batches.ts';
import { unpinnedPickle } from './unpinned-pickle.ts';

const OF_ENDPOINTS: readonly ((endpoint: EndpointEvidence, now: number) => Pitfall | null)[] = [
  noReference,
  noLabels,
  noReceiver,
  immediateRollout,
  stuckRollout,
  burstEndpoint,
];
const OF_VERSIONS: readonly ((version: VersionEvidence) => Pitfall | null)[] = [
  unpinnedPickle,
  codeMissing,
  neverProvedClean,
];

/** What is wrong, endpoint by endpoint, then version by version and job by job; and what was looked at. */
export function findPitfalls({
  now,
  endpoints,
  versions,
  jobs,
  passedOver,
}: InstallationEvidence): PitfallReport {
  const subjectOf = (kind: PitfallSubject['kind'], name: string): PitfallSubject => ({ kind, name });
  return {
    pitfalls: [
      ...endpoints.flatMap((endpoint) => OF_ENDPOINTS.flatMap((rule) => rule(endpoint, now) ?? [])),
      ...versions.flatMap((version) => OF_VERSIONS.flatMap((rule) => rule(version) ?? [])),
      ...jobs.flatMap((job) => tinyBatches(job) ?? []),
    ],
    looked: [
      ...endpoints.map(({ name }) => subjectOf('endpoint', name)),
      ...versions.map(({ model, version }) => subjectOf('version', `${model}@${version}`)),
      ...jobs.map(({ name }) => subjectOf('job', name)),
    ],
    passedOver,
  };
}
