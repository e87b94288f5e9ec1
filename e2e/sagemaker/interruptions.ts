/** Work on a cloud that is cut off at a call, before or after the service has carried it out, and then done again. */
import type { Aws } from '../../tools/clouds/aws/server.ts';
import type { World } from '../../tools/clouds/aws/world.ts';

const KEPT = [
  'models',
  'configs',
  'endpoints',
  'jobs',
  'alarms',
  'targets',
  'policies',
  'tags',
  'buckets',
] as const;

/** Everything an account holds, to begin from again. */
export function snapshotOf(world: World): () => void {
  const kept = KEPT.map((name) => [name, structuredClone(world[name])] as const);
  return () => {
    for (const [name, map] of kept) {
      const own = world[name] as Map<string, unknown>;
      own.clear();
      for (const [key, value] of structuredClone(map) as Map<string, unknown>) own.set(key, value);
    }
  };
}

/** Whether a call changes something. */
const isChange = (operation: string): boolean => !/^(Describe|List|Head|Get)/.test(operation);
/** Those that may be repeated: they say the same again. */
const isSaying = (operation: string): boolean => operation === 'AddTags' || operation === 'TagResource';

export interface Tried {
  readonly name: string;
  /** Calls of the work when nothing befalls it. */
  readonly calls: number;
  readonly changes: number;
  /** Interruptions that were tried. */
  readonly interruptions: number;
  /** Looks at what takes its time that there were fewer of the next time. */
  readonly unreached: number;
  /** What differed from the uninterrupted work, by interruption; empty where nothing did. */
  readonly differences: readonly string[];
}

interface Trial {
  readonly name: string;
  readonly aws: Aws;
  /** The work, from the start; rejects where a call is cut off. */
  readonly work: () => Promise<unknown>;
  /** Every call, both ways; or after those that change something, since in between nothing does. */
  readonly everyCall: boolean;
}

/** Interrupts the work at each call, both ways, does it again, and compares what is there and what was done in all. */
export async function interruptEverywhere({ name, aws, work, everyCall }: Trial): Promise<Tried> {
  const { world, faults } = aws;
  const back = snapshotOf(world);
  const measure = async (interrupted: boolean): Promise<string | null> => {
    faults.effects.length = 0;
    if (interrupted && !(await cutOff(work))) return null;
    faults.arm();
    await work();
    const changes = faults.effects
      .map(({ operation }) => operation)
      .filter((one) => isChange(one) && !isSaying(one));
    return JSON.stringify({ there: world.inventory(), changes: changes.sort() });
  };
  faults.calls.length = 0;
  const wanted = await measure(false);
  const calls = faults.calls.map(({ operation }) => operation);
  const differences: string[] = [];
  let [interruptions, unreached] = [0, 0];
  for (const [i, operation] of calls.entries()) {
    if (!everyCall && !isChange(operation)) continue;
    const call = calls.slice(0, i + 1).filter((one) => one === operation).length;
    for (const when of everyCall ? (['before', 'after'] as const) : (['after'] as const)) {
      back();
      faults.arm({ kind: 'cut', operation, call, when });
      const seen = await measure(true);
      if (seen === null) {
        // How often it looks at what takes its time is not the same each time; what it changes is.
        if (isChange(operation)) differences.push(`${operation} ${call} was not called`);
        unreached += 1;
        continue;
      }
      interruptions += 1;
      if (seen !== wanted) differences.push(`${when} ${operation} ${call}: ${seen} instead of ${wanted}`);
    }
  }
  back();
  faults.arm();
  await work();
  return {
    ...{ name, calls: calls.length, changes: calls.filter(isChange).length },
    ...{ interruptions, unreached, differences },
  };
}

/** Whether the work was interrupted. */
async function cutOff(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return false;
  } catch (error) {
    const { code } = error as { readonly code?: string };
    if (code !== 'CLOUD_UNREACHABLE' && code !== 'ROUTER_UNREACHABLE') throw error;
    return true;
  }
}

/** For people. */
export const tableOf = (tried: readonly Tried[]): string =>
  [
    'work                                     calls  changes  interruptions  differ',
    ...tried.map(({ name, calls, changes, interruptions, differences }) =>
      [
        name.padEnd(40),
        calls,
        String(changes).padStart(8),
        String(interruptions).padStart(14),
        String(differences.length).padStart(7),
      ].join(' '),
    ),
  ].join('\n');
