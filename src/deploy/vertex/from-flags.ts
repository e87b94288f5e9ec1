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
 * proportion; the same version keeps those of its settings that no flag is about. Nothing is checked here:
 * `parseVertexDocument` is next.
 */
export function vertexDocumentFrom(model: PackagedModel, flags: VertexFlags, beside: unknown): Fields {
  const base: Fields = isRecord(beside) ? { ...beside } : {};
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
    versions: versionsFrom(model, flags, base),
    ...pick(base, 'batch'),
  };
}

/** The version among the others: where it was, or at the end. */
function versionsFrom(model: PackagedModel, flags: VertexFlags, base: Fields): readonly Fields[] {
  const versions = Array.isArray(base['versions']) ? (base['versions'] as Fields[]) : [];
  const place = versions.findIndex((one) => one['model'] === model.name && one['version'] === model.version);
  const before = versions[place] ?? {};
  const others = versions.filter((_, i) => i !== place);
  const usual = before['traffic'] ?? (others.length === 0 ? 100 : 0);
  const traffic = flags.traffic === undefined ? usual : numeric(flags.traffic);
  const lessened = typeof traffic === 'number' ? lessenedTo(others, 100 - traffic) : others;
  const added = versionFrom(model, flags, traffic, before);
  return lessened.toSpliced(place === -1 ? lessened.length : place, 0, added);
}

const pick = (from: Fields, key: string): Fields => (from[key] === undefined ? {} : { [key]: from[key] });

/** A flag as a number where it is one; what is none is left for the grammar to refuse by name. */
const numeric = (text: string | undefined): unknown =>
  text === undefined ? undefined : /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;

function versionFrom(
  { name, version, digest }: PackagedModel,
  flags: VertexFlags,
  traffic: unknown,
  before: Fields,
): Fields {
  const { image, machine, minReplicas, maxReplicas } = flags;
  const [min, max] = [numeric(minReplicas), numeric(maxReplicas)];
  const replicas = { ...(min === undefined ? {} : { min }), max: max ?? min ?? 1 };
  return {
    ...before,
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
function lessenedTo(versions: readonly Fields[], total: number): readonly Fields[] {
  const shares = versions.map(({ traffic }) => (typeof traffic === 'number' ? traffic : 100));
  const sum = shares.reduce((all, share) => all + share, 0);
  if (sum === 0) return versions;
  const next = shares.map((share) => Math.floor((share * total) / sum));
  const largest = next.indexOf(Math.max(...next));
  next[largest] = (next[largest] ?? 0) + total - next.reduce((all, share) => all + share, 0);
  return versions.map((version, i) => ({ ...version, traffic: next[i] }));
}
