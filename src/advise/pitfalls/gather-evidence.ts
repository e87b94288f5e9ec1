/** Reads what the rules of pitfalls ask for, within limits: a page of each list, and a few rows of each endpoint by their indexes. */
import type { EndpointView, RolloutSummary, VersionView } from '../../control/port.ts';
import { isPlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { AuditRow } from '../../store/store.ts';
import { endpointEvidence, lostNotices, monitorEvidence } from './endpoint-evidence.ts';
import type {
  EndpointEvidence,
  InstallationEvidence,
  JobEvidence,
  LostNotice,
  MonitorEvidence,
  VersionEvidence,
} from './evidence.ts';
import { IMMEDIATE_WITHIN } from './immediate-rollout.ts';
import type { InstallationRecords } from './installation-records.ts';
import { jobEvidence } from './job-evidence.ts';
import { limitedList } from './limited-list.ts';
import { versionEvidence } from './version-evidence.ts';

/** What is looked at of an installation at most: what is beyond is said to be. */
const MOST = { endpoints: 500, models: 500, rollouts: 1000, jobs: 200 } as const;

/** What was read, and what could not be. */
class Gathering {
  readonly records: InstallationRecords;
  readonly passedOver: string[] = [];
  readonly #versions = new Map<string, Promise<VersionEvidence>>();

  constructor(records: InstallationRecords) {
    this.records = records;
  }

  /** A version, read once. */
  version(model: string, version: number, known: VersionView | undefined): Promise<VersionEvidence> {
    const key = `${model}@${version}`;
    const made = this.#versions.get(key) ?? this.#read(model, version, known);
    this.#versions.set(key, made);
    return made;
  }

  async #read(model: string, version: number, known: VersionView | undefined): Promise<VersionEvidence> {
    const view = known?.version === version ? known : await this.records.control.version(model, version);
    return versionEvidence(this.records, view);
  }

  /** One subject; what is wrong with its records is told, and the others are looked at. */
  async one<T>(what: string, read: () => Promise<T>): Promise<readonly T[]> {
    try {
      return [await read()];
    } catch (error) {
      if (!isPlimsollError(error)) throw error;
      this.passedOver.push(`${what}: ${error.message}`);
      return [];
    }
  }

  /** The first of a list. */
  async list<T>(
    kind: keyof typeof MOST,
    read: Parameters<typeof limitedList<T>>[0],
    isWanted?: (item: T) => boolean,
  ): Promise<readonly T[]> {
    const { items, hasMore } = await limitedList(read, MOST[kind], isWanted);
    if (hasMore) this.passedOver.push(`${kind} beyond the first ${MOST[kind]}`);
    return items;
  }
}

/** Throws what the store throws where it cannot be read at all. */
export async function gatherEvidence(records: InstallationRecords): Promise<InstallationEvidence> {
  const { control, now } = records;
  const gathering = new Gathering(records);
  const views = await gathering.list('endpoints', (page) => control.endpoints(page));
  const models = await gathering.list('models', (page) => control.models(page));
  const latest = new Map(models.map((model) => [model.name, model.latest]));
  const endpoints = await endpointsOf(gathering, views, latest);
  const versions = await versionsOf(gathering, views, latest);
  const jobs = await jobsOf(gathering);
  return { now, endpoints, versions, jobs, passedOver: gathering.passedOver };
}

async function endpointsOf(
  gathering: Gathering,
  views: readonly EndpointView[],
  latest: ReadonlyMap<string, VersionView>,
): Promise<readonly EndpointEvidence[]> {
  const { records } = gathering;
  const monitors = await monitorsOf(gathering);
  const rollouts = await rolloutsOf(gathering);
  const found: EndpointEvidence[] = [];
  for (const view of views) {
    const { name, model } = view;
    const newest = latest.get(model);
    const own = await gathering.one(`endpoint ${name}`, async () =>
      endpointEvidence(records, view, {
        stable: await gathering.version(model, view.stable, newest),
        latest: newest ?? null,
        monitor: monitors.get(name) ?? null,
        rollouts: rollouts.get(name) ?? [],
      }),
    );
    found.push(...own);
  }
  return found;
}

async function monitorsOf(gathering: Gathering): Promise<ReadonlyMap<string, MonitorEvidence>> {
  const { monitoring } = gathering.records;
  if (monitoring === null) return new Map();
  const lost = await withTests(gathering, lostNotices(await monitoring.deadLetters()));
  const views = await gathering.list('endpoints', (page) => monitoring.monitors(page));
  return new Map(
    views.flatMap((view) => {
      const evidence = monitorEvidence(view, lost.get(view.endpoint) ?? []);
      return evidence === null ? [] : [[view.endpoint, evidence] as const];
    }),
  );
}

/** Tests of a receiver that are looked at, newest first. */
const TESTS_MOST = 50;

/** A test that went through after it says that the receiver takes notices again. */
async function withTests(
  { records: { control } }: Gathering,
  lost: ReadonlyMap<string, readonly LostNotice[]>,
): Promise<ReadonlyMap<string, readonly LostNotice[]>> {
  const judged = new Map(lost);
  for (const [endpoint, notices] of lost) {
    const about = { subject: `endpoint/${endpoint}`, what: 'receiver.tested' } as const;
    const { items } = await control.audit({ ...about, order: 'newest', limit: TESTS_MOST });
    judged.set(
      endpoint,
      notices.map((notice) => reachedByTest(notice, items)),
    );
  }
  return judged;
}

function reachedByTest(notice: LostNotice, tests: readonly AuditRow[]): LostNotice {
  const passed = tests.find(
    ({ at, body }) =>
      at > notice.at && isRecord(body) && body['ok'] === true && body['receiver'] === notice.receiver,
  );
  return passed === undefined ? notice : { ...notice, reachedAt: passed.at };
}

/** Those that began lately, by endpoint. */
async function rolloutsOf(gathering: Gathering): Promise<ReadonlyMap<string, readonly RolloutSummary[]>> {
  const { control, now } = gathering.records;
  const isLate = ({ startedAt }: RolloutSummary): boolean => Date.parse(startedAt) > now - IMMEDIATE_WITHIN;
  const rollouts = await gathering.list('rollouts', (page) => control.allRollouts(page), isLate);
  return Map.groupBy(rollouts, ({ endpoint }) => endpoint);
}

/** Those that answer somebody, and the newest of each model. */
async function versionsOf(
  gathering: Gathering,
  views: readonly EndpointView[],
  latest: ReadonlyMap<string, VersionView>,
): Promise<readonly VersionEvidence[]> {
  const wanted = new Map<string, { readonly model: string; readonly version: number }>();
  const want = (model: string, version: number) => wanted.set(`${model}@${version}`, { model, version });
  for (const { model, stable, route } of views) {
    want(model, stable);
    for (const { version } of route.ranges) want(model, version);
  }
  for (const { model, version } of latest.values()) want(model, version);
  const found: VersionEvidence[] = [];
  for (const [name, { model, version }] of wanted) {
    const read = () => gathering.version(model, version, latest.get(model));
    found.push(...(await gathering.one(`version ${name}`, read)));
  }
  return found;
}

async function jobsOf(gathering: Gathering): Promise<readonly JobEvidence[]> {
  const { jobs } = gathering.records;
  if (jobs === null) return [];
  const views = await gathering.list('jobs', (page) => jobs.jobs(page));
  const found: JobEvidence[] = [];
  for (const view of views) {
    const runsOf = async (name: string, limit: number) => (await jobs.runs(name, { limit })).items;
    found.push(
      ...(await gathering.one(`job ${view.name}`, () => jobEvidence(gathering.records, view, runsOf))),
    );
  }
  return found;
}
