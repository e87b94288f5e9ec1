/** Looks at what of a job's triggers can be told by looking: time, files, other jobs. */
import { createHash } from 'node:crypto';
import { dueTimes, zoned } from '../../core/cron.ts';
import type { JobRow, Ledger } from '../../store/ledger/ledger.ts';
import type { FrozenItem } from '../chunk.ts';
import type { JobSchedule, JobTrigger } from './schedule.ts';
import type { PathSettling } from './settling.ts';
import type { TriggerEvent } from './trigger-event.ts';
import { memoryOf, type TriggerMemory } from './trigger-memory.ts';

export interface LookOptions {
  readonly ledger: Pick<Ledger, 'lastDone'>;
  /** The files that the job's source matches now. */
  readonly list: (job: JobRow) => Promise<readonly FrozenItem[]>;
  readonly settling: PathSettling;
}

/** What was noticed, and what is to be remembered with it; `memory` is null where nothing changed. */
export interface TriggerScan {
  readonly events: readonly TriggerEvent[];
  readonly memory: TriggerMemory | null;
}

type One<K extends JobTrigger['kind']> = Extract<JobTrigger, { kind: K }>;
type Sight = { readonly events: readonly TriggerEvent[]; readonly change: Partial<TriggerMemory> | null };

const NOTHING: Sight = { events: [], change: null };

/** `now` in milliseconds since the epoch. What is seen for the first time is remembered and starts nothing. */
export async function scanTriggers(
  job: JobRow,
  schedule: JobSchedule,
  now: number,
  options: LookOptions,
): Promise<TriggerScan> {
  let memory = memoryOf(job.memory);
  let changed = false;
  const events: TriggerEvent[] = [];
  for (const trigger of schedule.triggers) {
    const sight = await sightOf(trigger, job, memory, now, options);
    events.push(...sight.events);
    if (sight.change === null) continue;
    memory = { ...memory, ...sight.change };
    changed = true;
  }
  return { events, memory: changed ? memory : null };
}

function sightOf(
  trigger: JobTrigger,
  job: JobRow,
  memory: TriggerMemory,
  now: number,
  options: LookOptions,
): Sight | Promise<Sight> {
  switch (trigger.kind) {
    case 'cron':
      return atTimes(trigger, memory, now);
    case 'files':
      return atFiles(trigger, job, memory, now, options);
    case 'upstream':
      return atUpstream(trigger, memory, now, options);
    default:
      return NOTHING;
  }
}

function atTimes(trigger: One<'cron'>, memory: TriggerMemory, now: number): Sight {
  const line = `${trigger.cron} ${trigger.timeZone}`;
  const since = memory.lines[line];
  const lines = { ...memory.lines, [line]: now };
  if (since === undefined) return { events: [], change: { lines } };
  const { timeZone } = trigger;
  const events = dueTimes(trigger, since, now).map(
    (at): TriggerEvent => ({ cause: 'schedule', key: zoned(at, timeZone), at, timeZone }),
  );
  // Times that the misfire rule leaves out are passed over for good, too.
  const passed = events.length > 0 || dueTimes({ ...trigger, misfire: 'once' }, since, now).length > 0;
  return passed ? { events, change: { lines } } : NOTHING;
}

async function atFiles(
  { settleSeconds }: One<'files'>,
  job: JobRow,
  memory: TriggerMemory,
  now: number,
  { list, settling }: LookOptions,
): Promise<Sight> {
  const there = Object.fromEntries((await list(job)).map((item) => [item.path, markOf(item)]));
  if (memory.files === null) return { events: [], change: { files: there } };
  const { files } = memory;
  const fresh = Object.entries(there).filter(([path, mark]) => files[path] !== mark);
  const settled = settling.settled(job.name, fresh, now, settleSeconds * 1000);
  if (settled.length === 0) return NOTHING;
  const key = createHash('sha256').update(JSON.stringify(settled)).digest('hex').slice(0, 32);
  const only = settled.map(([path]) => path);
  // What is gone is forgotten: a file of the same name and content that comes back is a new one.
  const known = Object.entries(files).filter(([path]) => Object.hasOwn(there, path));
  const change = { files: Object.fromEntries([...known, ...settled]) };
  return { events: [{ cause: 'files', key, at: now, timeZone: 'UTC', only }], change };
}

const markOf = (item: FrozenItem): string =>
  item.kind === 'file' ? `${item.size}:${Math.trunc(item.mtimeMs)}:${item.digest}` : item.digest;

async function atUpstream(
  { job: before }: One<'upstream'>,
  memory: TriggerMemory,
  now: number,
  { ledger }: LookOptions,
): Promise<Sight> {
  const done = (await ledger.lastDone(before))?.id ?? '';
  const seen = Object.hasOwn(memory.upstream, before) ? memory.upstream[before] : undefined;
  if (done === seen) return NOTHING;
  const change = { upstream: { ...memory.upstream, [before]: done } };
  if (seen === undefined || done === '') return { events: [], change };
  return { events: [{ cause: 'upstream', key: done, at: now, timeZone: 'UTC' }], change };
}
