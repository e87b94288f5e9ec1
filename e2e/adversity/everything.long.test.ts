import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOOK_MILLIS, type PostgresServer, startPostgres } from '../../src/store/testing/postgres.ts';
import { example, folder, plimsoll, type Served, served } from '../cli.ts';
import { api, fixture, pushed, rows } from '../rollouts/control.ts';
import { type ControlGroup, makeControlGroup } from './control-group.ts';
import { hostileBodies, SlowClients, sendHostile } from './hostile.ts';
import { EXPLODING_ROW, explodingFile, TAME_ROW } from './hostile-graphs.ts';
import { load } from './load.ts';

/**
 * Everything at once, for as long as it takes: load beyond what the server can do, bodies that want its memory, clients that
 * send slowly or nothing, a graph that explodes, versions that change places, a store that comes and goes. The memory is that
 * of the documented pod.
 */
const SECONDS = Number(process.env['PLIMSOLL_SECONDS'] ?? 600);
const MEMORY_BYTES = Number(process.env['PLIMSOLL_MEMORY_MB'] ?? 768) * 2 ** 20;
/** Times what it can do. */
const OVERLOAD = 1.5;
const ROWS = rows.slice(0, 300);
const BODY = JSON.stringify({ rows: ROWS });

let postgres: PostgresServer;
let group: ControlGroup | null;
let server: Served;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
  group = makeControlGroup('plimsoll-adversity', MEMORY_BYTES);
  const models = [`churn=${fixture('stable')}`, example('reviews.joblib'), explodingFile()];
  server = await served(['--store', await postgres.database(), ...models], group?.node);
  url = server.said.url;
}, HOOK_MILLIS + 60_000);

afterAll(async () => {
  await server?.stop();
  await postgres?.stop();
  while (group?.processes().length) await wait(100);
  group?.remove();
}, HOOK_MILLIS);

/** What a version answers, by the same file read by another process: the beginning of every right answer. */
function rightAnswers(files: Readonly<Record<string, string>>): Record<string, string> {
  const input = join(folder(), 'rows.json');
  writeFileSync(input, JSON.stringify(ROWS));
  return Object.fromEntries(
    Object.entries(files).map(([version, file]) => {
      const { outputs } = JSON.parse(plimsoll('predict', file, '--input', input, '--json').stdout);
      const { predict, predict_proba } = outputs;
      return [
        version,
        `{"predictions":${JSON.stringify(predict)},"probabilities":${JSON.stringify(predict_proba)},"model":"churn","version":${version},`,
      ];
    }),
  );
}

/** Does something again and again until it is told to stop, and counts what came of it. */
class Repeated {
  readonly counts: Record<string, number> = {};
  #isOver = false;
  readonly #done: Promise<void>;

  constructor(pauseMillis: number, act: (n: number) => Promise<string>) {
    this.#done = this.#run(pauseMillis, act);
  }

  async #run(pauseMillis: number, act: (n: number) => Promise<string>): Promise<void> {
    for (let n = 0; !this.#isOver; n++) {
      const outcome = await act(n).catch((error: unknown) => String(error).slice(0, 200));
      this.counts[outcome] = (this.counts[outcome] ?? 0) + 1;
      await wait(pauseMillis);
    }
  }

  async stop(): Promise<Readonly<Record<string, number>>> {
    this.#isOver = true;
    await this.#done;
    return this.counts;
  }
}

const statusOf = async (path: string, body?: unknown, millis = 30_000): Promise<string> => {
  const response = await fetch(`${url}${path}`, {
    signal: AbortSignal.timeout(millis),
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
  await response.arrayBuffer();
  return String(response.status);
};

/** The version that is live and the other one change places, at once. */
function swap(n: number): Promise<string> {
  const to = n % 2 === 0 ? 2 : 1;
  const swapped = api(url, 'POST', 'endpoints/churn:rollback', { to });
  return swapped.then(
    () => 'done',
    (error: Error) => /: (\d{3}) /.exec(error.message)?.[1] ?? error.message,
  );
}

/** Connections that are opened and say nothing. */
function idle(count: number): { stop(): void } {
  const { port, hostname } = new URL(url);
  const sockets = new Set<Socket>();
  for (let n = 0; n < count; n++) {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined).resume();
    sockets.add(socket);
  }
  return { stop: () => sockets.forEach((socket) => socket.destroy()) };
}

function count(counts: Record<string, Record<string, number>>, what: string, outcome: string): void {
  counts[what] ??= {};
  counts[what][outcome] = (counts[what][outcome] ?? 0) + 1;
}

const startedAt = (pid: number): string =>
  readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[19]!;

test(`${SECONDS} seconds of everything at once take nothing down`, {
  timeout: (SECONDS + 300) * 1000,
}, async () => {
  await pushed(url, 'churn', fixture('good'));
  const expected = rightAnswers({ 1: fixture('stable'), 2: fixture('good') });
  const order = { url: `${url}/models/churn/predict`, body: BODY, expected };
  const peak = await load({ ...order, rate: 0, connections: 16, seconds: 8 });
  expect(peak).toMatchObject({ wrong: 0, firstWrong: null });
  const birth = startedAt(server.child.pid!);
  console.log(
    `at its best ${Math.round(peak.goodput)} requests of ${ROWS.length} rows a second, p99 ${peak.p99.toFixed(1)} ms`,
  );

  const hostile = hostileBodies('churn', rows[0], 'reviews');
  const byBody: Record<string, Record<string, number>> = {};
  const slow = new SlowClients(url, 'churn', 300);
  const silent = idle(500);
  const acts = {
    hostile: new Repeated(500, async (n) => {
      const body = hostile[n % hostile.length]!;
      const outcome = await sendHostile(url, body);
      count(byBody, body.what, outcome);
      return outcome;
    }),
    explosions: new Repeated(5000, () => statusOf('/models/exploding/predict', { rows: [EXPLODING_ROW] })),
    harmless: new Repeated(1000, () => statusOf('/models/exploding/predict', { rows: [TAME_ROW] })),
    texts: new Repeated(1000, () => statusOf('/models/reviews/predict', { rows: ['A charming film'] })),
    swaps: new Repeated(5000, swap),
    store: new Repeated(20_000, async (n) => {
      if (n === 0) return 'there';
      await (n % 2 === 1 ? postgres.kill() : postgres.start());
      return n % 2 === 1 ? 'gone' : 'back';
    }),
    health: new Repeated(250, () => statusOf('/healthz', undefined, 1000)),
    metrics: new Repeated(5000, () => statusOf('/metrics', undefined, 5000)),
  };
  const loaded = await load({ ...order, rate: OVERLOAD * peak.goodput, connections: 256, seconds: SECONDS });
  slow.stop();
  silent.stop();
  const counts: Record<string, Readonly<Record<string, number>>> = {};
  for (const [name, act] of Object.entries(acts)) counts[name] = await act.stop();
  const memory = group === null ? null : { peakMB: Math.round(group.peak() / 2 ** 20), kills: group.kills() };
  console.log(JSON.stringify({ peak, loaded, counts, byBody, memory }, null, 1));

  expect(loaded).toMatchObject({ wrong: 0, firstWrong: null });
  expect(server.child.exitCode).toBe(null);
  expect(startedAt(server.child.pid!)).toBe(birth);
  if (memory !== null) expect(memory.kills).toBe(0);
  const expectedOf = (names: readonly string[]) =>
    expect.stringMatching(new RegExp(`^(${names.join('|')})$`));
  for (const outcome of Object.keys(loaded.outcomes))
    expect(outcome).toEqual(expectedOf(['200', '429', '503', 'unsent']));
  for (const outcome of Object.keys(counts['hostile']!)) {
    // A client that goes on sending after its refusal may find the connection closed.
    expect(outcome).toEqual(expectedOf(['200', '400', '413', '422', '429', '503', 'EPIPE', 'ECONNRESET']));
  }
  for (const name of ['explosions', 'harmless', 'texts']) {
    for (const outcome of Object.keys(counts[name]!))
      expect(outcome).toEqual(expectedOf(['200', '413', '422', '429', '503']));
  }
  expect(Object.keys(counts['health']!)).toEqual(['200']);
  expect(Object.keys(counts['metrics']!)).toEqual(['200']);
  // When all is over, all is well.
  await expect
    .poll(() => statusOf('/models/exploding/predict', { rows: [TAME_ROW] }), { timeout: 30_000 })
    .toBe('200');
  const after = await load({ ...order, rate: 0, connections: 16, seconds: 8 });
  expect(after).toMatchObject({ wrong: 0, outcomes: { 200: expect.any(Number) } });
  expect(after.goodput).toBeGreaterThan(0.7 * peak.goodput);
});
