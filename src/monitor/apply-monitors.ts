/** What of the monitors in a `plimsoll.yaml` is not so yet, and making it so: the part of `apply` that is about monitoring. */
import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../core/actor.ts';
import { PlimsollError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { parseMonitor } from './policy/policy.ts';
import type { MonitoringApi } from './port.ts';

export interface MonitorChange {
  readonly endpoint: string;
  readonly isNew: boolean;
  /** What is different, in lines that a person reads. */
  readonly lines: readonly string[];
}

/**
 * The changes that the table `monitors` of a file asks for; with an actor they are made. Endpoints that the file does not name
 * stay as they are. Throws MONITOR_INVALID and ENDPOINT_NOT_FOUND before anything is changed.
 */
export async function applyMonitors(
  monitoring: Pick<MonitoringApi, 'monitor' | 'setMonitor'>,
  documents: unknown,
  actor: Actor | null,
): Promise<readonly MonitorChange[]> {
  const changes: MonitorChange[] = [];
  const written = entriesOf(documents);
  const wanted = written.map(([endpoint, document]) => ({
    ...{ endpoint, document },
    policy: parseMonitor(endpoint, document),
  }));
  const steps: (() => Promise<unknown>)[] = [];
  for (const { endpoint, document, policy } of wanted) {
    const { policy: present, generation } = await monitoring.monitor(endpoint);
    const lines = differences(plain(present), plain(policy));
    const isNew = generation === 0;
    if (!isNew && lines.length === 0) continue;
    changes.push({ endpoint, isNew, lines });
    if (actor !== null) steps.push(() => monitoring.setMonitor(endpoint, document, generation, actor));
  }
  for (const step of steps) await step();
  return changes;
}

function entriesOf(documents: unknown): readonly [string, unknown][] {
  if (documents === undefined || documents === null) return [];
  if (isRecord(documents)) return Object.entries(documents);
  const problems = 'monitors is no table of names';
  throw new PlimsollError('MONITOR_INVALID', { endpoint: 'of the file', problems, list: [problems] });
}

/** As it comes back over HTTP. */
const plain = (policy: unknown): unknown => JSON.parse(JSON.stringify(policy ?? null));

/** `drift.minimumPsi: 0.05 → 0.1`, one a leaf that differs. */
function differences(before: unknown, after: unknown, path = ''): readonly string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [`${path}: ${shown(before)} → ${shown(after)}`];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => differences(before[key], after[key], path === '' ? key : `${path}.${key}`));
}

const shown = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
