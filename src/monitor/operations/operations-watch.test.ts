import { expect, test } from 'vitest';
import { seededRandom } from '../../core/random.ts';
import type { AlertCondition } from '../alerts/alert.ts';
import type { OperationsPolicy } from '../policy/policy.ts';
import { type OperationsState, OperationsWatch } from './operations-watch.ts';
import { ServerWatch } from './server-watch.ts';
import { TestTraffic } from './testing/traffic.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const POLICY: OperationsPolicy = {
  availability: 0.999,
  latency: null,
  spike: 3,
  maxAge: null,
  silence: null,
};

function world(policy: Partial<OperationsPolicy> = {}, state: OperationsState | null = null) {
  const options = {
    ...{ endpoint: 'e', model: 'm', policy: { ...POLICY, ...policy } },
    falseAlarms: { count: 1, span: 90 * DAY },
  };
  let watch = new OperationsWatch(options, state);
  const traffic = new TestTraffic();
  let at = 0;
  let last: readonly AlertCondition[] = [];
  /** Looks every ten seconds, after each of which `step` sends what it likes. */
  const pass = (millis: number, step: (traffic: TestTraffic) => void = () => undefined): void => {
    for (const end = at + millis; at < end; ) {
      at += 10_000;
      step(traffic);
      last = watch.look({ at, load: traffic.load(), version: { version: 1, createdAt: 0 } });
    }
  };
  const of = (name: string): AlertCondition => last.find(({ labels }) => labels.alertname === name)!;
  const restart = (): void => {
    watch = new OperationsWatch(options, JSON.parse(JSON.stringify(watch.state())));
  };
  const unknown = (): readonly AlertCondition[] => watch.look({ at, load: null, version: null });
  return { pass, of, restart, unknown, traffic, size: () => JSON.stringify(watch.state()).length };
}

const steady = (traffic: TestTraffic): void => traffic.answered(10, 100);

test('an outage burns the budget within minutes, and is over half an hour after the last failure', () => {
  const { pass, of } = world();
  pass(7 * HOUR, steady);
  expect(of('ErrorBudgetBurn').standing).toBe('below');
  pass(2 * MINUTE, (traffic) => traffic.failed(100));
  expect([of('ErrorBudgetBurn').standing, of('HighErrorRate').standing]).toEqual(['beyond', 'beyond']);
  expect(of('ErrorBudgetBurn').told.sentence).toMatch(
    /^1200 of \d+ requests of the last 1 h failed: the budget of 0\.1 % burns/,
  );
  pass(40 * MINUTE, steady);
  expect([of('ErrorBudgetBurn').standing, of('HighErrorRate').standing]).toEqual(['below', 'below']);
});

test('a small share of failures that lasts is found by the slow rule alone', () => {
  const { pass, of } = world();
  pass(6 * HOUR, steady);
  // 0.8 % of requests: eight times the budget, which is less than 14.4.
  pass(5.5 * HOUR, (traffic) => {
    traffic.answered(10, 992);
    traffic.failed(8);
  });
  expect(of('ErrorBudgetBurn').standing).toBe('beyond');
  expect(of('ErrorBudgetBurn').told.sentence).toContain('last 6 h');
  expect(of('HighErrorRate').standing).toBe('below');
});

test('a few failures in the quiet of a night are no incident', () => {
  const { pass, of } = world();
  pass(HOUR, (traffic) => traffic.answered(10));
  pass(10_000, (traffic) => traffic.failed(5));
  expect([of('ErrorBudgetBurn').standing, of('HighErrorRate').standing]).not.toContain('beyond');
});

test('failures right after the start are found, before an hour has been watched', () => {
  const { pass, of } = world();
  pass(6 * MINUTE, (traffic) => traffic.failed(20));
  expect(of('ErrorBudgetBurn').standing).toBe('beyond');
});

test('slow answers burn a budget of their own', () => {
  const { pass, of } = world({ latency: { millis: 100, share: 0.99 } });
  pass(HOUR, steady);
  expect(of('LatencyBudgetBurn').standing).toBe('below');
  pass(20 * MINUTE, (traffic) => traffic.answered(300, 100));
  expect(of('LatencyBudgetBurn').standing).toBe('beyond');
  expect(of('ErrorBudgetBurn').standing).toBe('below');
});

test('latency is a spike against what this model is used to, until it is half way back', () => {
  const { pass, of } = world();
  pass(2 * HOUR, steady);
  expect(of('LatencySpike').standing).toBeNull();
  pass(3 * HOUR, steady);
  expect(of('LatencySpike').standing).toBe('below');
  pass(6 * MINUTE, (traffic) => traffic.answered(15, 100));
  expect(of('LatencySpike').standing).toBe('below');
  pass(6 * MINUTE, (traffic) => traffic.answered(60, 100));
  expect(of('LatencySpike').standing).toBe('beyond');
  expect(of('LatencySpike').told.sentence).toMatch(
    /took longer than 6\d(\.\d)? ms in the last 5 minutes; usually that is (9|10)(\.\d+)? ms/,
  );
  pass(6 * MINUTE, (traffic) => traffic.answered(25, 100));
  expect(of('LatencySpike').standing).toBe('between');
  pass(6 * MINUTE, steady);
  expect(of('LatencySpike').standing).toBe('below');
});

test('a heavy tail that is always there is no spike: none in ten days of a lognormal', () => {
  const { pass, of } = world();
  const random = seededRandom(5);
  let beyond = 0;
  const some = (traffic: TestTraffic): void => {
    // Few requests, so that chance has its say.
    for (let k = 0; k < 3; k++) {
      const [u, v] = [random.next(), random.next()];
      traffic.answered(20 * Math.exp(Math.sqrt(-2 * Math.log(1 - u)) * Math.cos(2 * Math.PI * v)));
    }
    if (of('LatencySpike')?.standing === 'beyond') beyond++;
  };
  pass(10 * DAY, some);
  expect(beyond).toBe(0);
}, 60_000);

test('silence begins with the last request, and a model that was never called is not silent', () => {
  const { pass, of, traffic } = world({ silence: 10 * MINUTE });
  pass(HOUR);
  expect(of('ModelSilent').standing).toBeNull();
  pass(MINUTE, steady);
  pass(9 * MINUTE);
  expect(of('ModelSilent').standing).toBe('below');
  pass(MINUTE);
  expect(of('ModelSilent').standing).toBe('beyond');
  expect(of('ModelSilent').told.sentence).toBe('No request has come for 10 min.');
  traffic.answered(1);
  pass(10_000);
  expect(of('ModelSilent').standing).toBe('below');
});

test('a version is stale from its age on', () => {
  const { pass, of } = world({ maxAge: 2 * HOUR });
  pass(HOUR);
  expect(of('ModelStale').standing).toBe('below');
  pass(HOUR);
  expect(of('ModelStale').standing).toBe('beyond');
});

test('where serving says nothing, nothing is said of it', () => {
  const { pass, unknown } = world({ silence: MINUTE, latency: { millis: 100, share: 0.9 } });
  pass(HOUR, steady);
  expect(unknown().map(({ standing }) => standing)).toEqual([null, null, null, null, null]);
});

test('a restart keeps windows and baseline, and a server that counts anew loses none of its failures', () => {
  const { pass, of, restart, size } = world();
  pass(5 * HOUR, steady);
  restart();
  pass(6 * MINUTE, (traffic) => traffic.answered(100, 100));
  expect(of('LatencySpike').standing).toBe('beyond');
  expect(size()).toBeLessThan(32_768);
});

test('counters that begin anew are what came since', () => {
  const watch = new OperationsWatch({
    endpoint: 'e',
    model: 'm',
    policy: POLICY,
    falseAlarms: { count: 1, span: DAY },
  });
  const before = new TestTraffic();
  before.answered(1, 1e6);
  watch.look({ at: 0, load: before.load(), version: null });
  const after = new TestTraffic();
  after.failed(50);
  const [errors] = watch.look({ at: 10_000, load: after.load(), version: null });
  expect(errors).toMatchObject({ standing: 'beyond', told: { traffic: 50, value: 1 } });
});

test('a queue that is full, and a loop that is busy, are so for half of five minutes', () => {
  const watch = new ServerWatch();
  const traffic = new TestTraffic();
  let at = 0;
  const tick = (): number => {
    at += 10_000;
    return at;
  };
  const pass = (looks: number, saturation: number, loopBusy: number) => {
    let said: readonly AlertCondition[] = [];
    for (let k = 0; k < looks; k++) said = watch.look(tick(), traffic.load({ saturation, loopBusy }));
    return said.map(({ standing }) => standing);
  };
  expect(pass(5, 0, 0)).toEqual([null, null, null]);
  expect(pass(30, 0.1, 0.2)).toEqual(['below', 'below', null]);
  expect(pass(10, 1, 1)).toEqual(['below', 'below', null]);
  expect(pass(10, 1, 1)).toEqual(['beyond', 'beyond', null]);
  expect(pass(30, 0.6, 0.9)).toEqual(['between', 'between', null]);
});

test('memory that grows with every half hour is told of; one that swings is not', () => {
  const run = (memoryAt: (halfHour: number) => number) => {
    const watch = new ServerWatch();
    const traffic = new TestTraffic();
    let memory: AlertCondition | undefined;
    for (let at = 0; at <= 3 * HOUR; at += MINUTE)
      memory = watch.look(at, traffic.load({ memory: memoryAt(Math.floor(at / (HOUR / 2))) }))[2];
    return memory?.standing;
  };
  expect(run((k) => 5e8 * 1.2 ** k)).toBe('beyond');
  expect(run((k) => (k % 2 === 0 ? 5e8 : 2e9))).toBe('below');
  expect(run((k) => 5e8 + k)).toBe('between');
});
