import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../src/core/random.ts';
import { type Served, served } from './cli.ts';
import { api, begun, ended, fixture, labels, pushed, type Rollout, rows } from './rollouts/control.ts';
import { type Answered, SteadyTraffic } from './rollouts/traffic.ts';

/** Experiments with real models over real HTTP: what came of units is posted afterwards, and decides. */

/** As in docs/experiments.md, with seconds for days. */
const POLICY = {
  window: '500ms',
  watermark: '400ms',
  primary: { metric: 'revenue', maturity: '2s' },
  metrics: [{ metric: 'accuracy', maturity: '2s' }],
  segments: 'x-country',
  maxTime: '10m',
};
const POST_MILLIS = 200;

let server: Served;
beforeAll(async () => {
  server = await served(['better', 'poorer'].map((name) => `${name}=${fixture('stable')}`));
}, 60_000);
afterAll(async () => {
  await server?.stop();
});

/** Share of units that buy, by the version that answered them. */
type Buys = Readonly<Record<number, number>>;

/** Starts an experiment, asks and posts what came of it until it is decided. */
async function tried(model: string, file: string, buys: Buys): Promise<Rollout> {
  const { url } = server.said;
  await pushed(url, model, fixture(file));
  const rollout = await begun(url, model, { strategy: 'ab', policy: POLICY });
  const random = seededRandom(20_261_126);
  const waiting: object[] = [];
  const onAnswer = ({ unit, version, requestId, row, status }: Answered): void => {
    expect(status).toBe(200);
    waiting.push({ endpoint: model, requestId, label: labels[row] });
    const value = 5 + 10 * random.next();
    if (random.next() < buys[version]!) waiting.push({ endpoint: model, unit, metric: 'revenue', value });
  };
  const post = () => api(url, 'POST', 'feedback', waiting.splice(0));
  const headersOf = (n: number) => (n % 4 === 0 ? {} : { 'x-country': n % 4 === 1 ? 'FR' : 'DE' });
  let posted: Promise<unknown> = Promise.resolve();
  const posting = setInterval(() => {
    if (waiting.length === 0) return;
    posted = posted.then(post);
    // It is awaited at the end.
    posted.catch(() => undefined);
  }, POST_MILLIS);
  const traffic = new SteadyTraffic({ url, model, rate: 150, rows, headersOf, onAnswer });
  try {
    const over = await ended(url, rollout, 90_000);
    const exposed = traffic.answered.filter(({ version }) => version === 2).length;
    console.log(
      `${model}: ${over.state} (${over.reason}) after ${over.experiment!.looks.length} looks; ${exposed} of ${traffic.answered.length} requests answered by the candidate`,
    );
    return over;
  } finally {
    clearInterval(posting);
    await traffic.stop();
    await posted;
    expect(traffic.failed).toEqual([]);
  }
}

/** Every look has an interval around its estimate, and more units than the one before. */
function expectIntervals({ experiment }: Rollout): void {
  const looks = experiment!.looks;
  expect(looks.length).toBeGreaterThan(1);
  for (const { arm, estimate, lower, upper } of looks) {
    expect(arm).toBe('candidate');
    if (lower === null || upper === null) continue;
    expect(lower).toBeLessThanOrEqual(estimate!);
    expect(estimate).toBeLessThanOrEqual(upper);
  }
  expect(looks.at(-1)!.lower).not.toBe(null);
  const accuracy = experiment!.metrics.find(({ metric }) => metric === 'accuracy')!;
  expect(accuracy.isPrimary).toBe(false);
  expect(Math.min(...accuracy.units)).toBeGreaterThan(100);
  expect(accuracy.mean).toBeGreaterThan(0.5);
}

/** Half of the units came from one country, a quarter from another, and a quarter did not say. */
function expectSegments({ experiment }: Rollout): void {
  const { metrics, segments } = experiment!;
  const unitsOf = (name: string): number =>
    segments
      .filter(({ isPrimary, segment }) => isPrimary && segment === `x-country=${name}`)
      .reduce((sum, { units }) => sum + units[0] + units[1], 0);
  const all = metrics[0]!.units[0] + metrics[0]!.units[1];
  expect(unitsOf('DE') + unitsOf('FR') + unitsOf('other')).toBe(all);
  expect(unitsOf('DE') / all).toBeCloseTo(0.5, 1);
  expect(unitsOf('FR') / all).toBeCloseTo(0.25, 1);
}

const stableOf = async (endpoint: string): Promise<number> =>
  (await api<{ stable: number }>(server.said.url, 'GET', `endpoints/${endpoint}`)).stable;

describe('an experiment', { timeout: 150_000 }, () => {
  test('promotes the model whose units bring more, by what was posted of them', async () => {
    const over = await tried('better', 'good', { 1: 0.3, 2: 0.6 });
    expect(over).toMatchObject({ state: 'promoted', experiment: { winner: 'candidate' } });
    expectIntervals(over);
    expectSegments(over);
    expect(over.experiment!.looks.at(-1)!.lower).toBeGreaterThan(0);
    const [revenue] = over.experiment!.metrics;
    // Half as many buy on stable, for 10 on average.
    expect(revenue!.lower).toBeLessThan(3);
    expect(revenue!.upper).toBeGreaterThan(3);
    expect(over.experiment!.split!.p).toBeGreaterThan(0.001);
    expect(await stableOf('better')).toBe(2);
    // Who is who does not change with where units go.
    const named = { stable: 1, candidate: 2 };
    expect(Object.fromEntries(over.arms.map(({ name, version }) => [name, version]))).toEqual(named);
  });

  test('never promotes the one whose units bring less, and takes it back', async () => {
    const over = await tried('poorer', 'good', { 1: 0.6, 2: 0.3 });
    expect(over).toMatchObject({ state: 'rolled-back', weight: 0, experiment: { winner: null } });
    expectIntervals(over);
    expect(over.experiment!.looks.at(-1)!.upper).toBeLessThan(0);
    expect(await stableOf('poorer')).toBe(1);
  });
});
