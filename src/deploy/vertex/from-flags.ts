/** A document out of what the command line says of one version. Pure. */
import { isRecord } from '../../core/record.ts';
import type { PackagedModel } from '../packaged.ts';

/** As the flags are written. */
export interface VertexFlags {
  readonly image: string;
  readonly project?: string;
  readonly location?: string;
  readonly deployment?: string;
  readonly endpointId?: string;
  readonly dedicated?: boolean;
  readonly machine?: string;
  readonly minReplicas?: string;
  readonly maxReplicas?: string;
  readonly traffic?: string;
  readonly serviceAccount?: string;
}

type Fields = Record<string, unknown>;

/** Names of models hold more than ids may. */
const asId = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '') || 'model';

/**
 * What would be written by hand. `beside`: a document whose versions stay, the shares of those with traffic made smaller in
 * proportion. Nothing is checked here: `parseVertexDocument` is next.
 */
export function documentFrom(model: PackagedModel, flags: VertexFlags, beside: unknown): Fields {
  const base: Fields = isRecord(beside) ? { ...beside } : {};
  const others = (Array.isArray(base['versions']) ? (base['versions'] as Fields[]) : []).filter(
    (one) => !(one['model'] === model.name && one['version'] === model.version),
  );
  const traffic = flags.traffic === undefined ? (others.length === 0 ? 100 : 0) : Number(flags.traffic);
  const id = asId(model.name);
  const { project, location, deployment, endpointId, dedicated, serviceAccount } = flags;
  return {
    target: 'vertex',
    deployment: deployment ?? base['deployment'] ?? id,
    project: project ?? base['project'],
    location: location ?? base['location'],
    endpoint: {
      id,
      ...(base['endpoint'] as Fields | undefined),
      ...(endpointId === undefined ? {} : { id: endpointId }),
      ...(dedicated === undefined ? {} : { dedicated }),
    },
    ...(serviceAccount === undefined ? pick(base, 'serviceAccount') : { serviceAccount }),
    versions: [...lessened(others, 100 - traffic), versionFrom(model, flags, traffic)],
    ...pick(base, 'batch'),
  };
}

const pick = (from: Fields, key: string): Fields => (from[key] === undefined ? {} : { [key]: from[key] });

function versionFrom({ name, version, digest }: PackagedModel, flags: VertexFlags, traffic: number): Fields {
  const { image, machine, minReplicas, maxReplicas } = flags;
  const min = minReplicas === undefined ? undefined : Number(minReplicas);
  const max = maxReplicas === undefined ? undefined : Number(maxReplicas);
  const replicas = { ...(min === undefined ? {} : { min }), max: max ?? min ?? 1 };
  return {
    model: name,
    version,
    digest,
    image,
    traffic,
    ...(machine === undefined ? {} : { machine }),
    ...(min === undefined && max === undefined ? {} : { replicas }),
  };
}

/** Shares in whole percents that add up to `total`, as they were to each other. */
function lessened(versions: readonly Fields[], total: number): readonly Fields[] {
  const shares = versions.map(({ traffic }) => (typeof traffic === 'number' ? traffic : 100));
  const sum = shares.reduce((all, share) => all + share, 0);
  if (sum === 0) return versions;
  const next = shares.map((share) => Math.floor((share * total) / sum));
  const largest = next.indexOf(Math.max(...next));
  next[largest] = (next[largest] ?? 0) + total - next.reduce((all, share) => all + share, 0);
  return versions.map((version, i) => ({ ...version, traffic: next[i] }));
}
