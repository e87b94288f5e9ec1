/**
 * The errors guard beside other rules on the same recorded traffic: how often identical versions are rolled back, how
 * often a worse one is missed, and after how long it is found.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../src/core/random.ts';
import { parseWindow, type RecordedWindow } from '../../src/rollout/recorded-window.ts';
import { pooledZTest, type RollbackRule } from '../../src/rollout/simulate/rollback-rules.ts';
import { parseScenario, type SimulationScenario } from '../../src/rollout/simulate/scenario.ts';
import { SimulatedTraffic } from '../../src/rollout/simulate/traffic.ts';
import { ROOT, WORK } from '../serving/peers.ts';
import { argo, flagger } from './rules.ts';

/** Three hours, an hour each at 5, 25 and 50 %, windows of a minute. */
const POLICY = {
  stages: [5, 25, 50].map((weight) => ({ weight, bake: '1h' })),
  guards: { errors: { alpha: 0.01 }, latency: false, outputs: false },
  certificate: false,
};
const RATES = [1, 10, 100];
const CASES: Readonly<Record<string, object>> = {
  'identical versions': {},
  'identical, base rate × 4 in drift': { drift: 4 },
  'identical, bursts × 20': { bursts: { share: 0.1, factor: 20 } },
  'candidate + 2 points': { effect: { errors: 0.02 } },
  'candidate × 2': { effect: { oddsRatio: 2 } },
};

const RULES: Readonly<Record<string, () => RollbackRule>> = {
  'Argo, failureLimit 0': () => argo({ rate: 0.01, limit: 0 }),
  'Argo, failureLimit 3': () => argo({ rate: 0.01, limit: 3 }),
  'Flagger, threshold 5': () => flagger({ rate: 0.01, limit: 5 }),
  'z-test at 1 % each minute': () => pooledZTest(2.326),
};

interface Result {
  readonly case: string;
  readonly rate: number;
  readonly rule: string;
  readonly runs: number;
  readonly rolledBack: number;
  /** Null where none was rolled back. */
  readonly medianMinutes: number | null;
}

export function rollouts({ runs }: { runs: number }): void {
  const folder = join(WORK, 'rollouts');
  mkdirSync(folder, { recursive: true });
  const results: Result[] = [];
  for (const [name, changes] of Object.entries(CASES)) {
    for (const rate of RATES) {
      const path = join(folder, 'recording.jsonl');
      record(path, parseScenario({ rate, horizon: '3h', policy: POLICY, ...changes }), runs);
      const windows = readFileSync(path, 'utf8').trimEnd().split('\n').map(parseWindow);
      const alarms: Record<string, readonly (number | null)[]> = {
        Plimsoll: replayed(path),
        'GrowthBook, sequential': sequential(path),
        ...Object.fromEntries(Object.entries(RULES).map(([rule, make]) => [rule, ruled(windows, make)])),
      };
      for (const [rule, found] of Object.entries(alarms))
        results.push({ case: name, rate, rule, ...summary(found) });
      console.table(results.slice(-Object.keys(alarms).length));
    }
  }
  writeFileSync(join(ROOT, 'bench/results/rollouts.json'), `${JSON.stringify({ runs, results }, null, 2)}\n`);
}

/** Writes a recording as `rollout replay` reads it. */
function record(path: string, scenario: SimulationScenario, runs: number): void {
  const random = seededRandom(20_260_101);
  const file = openSync(path, 'w');
  for (let run = 0; run < runs; run++) {
    const traffic = new SimulatedTraffic(scenario, random);
    const lines = scenario.policy.stages.flatMap(({ weight }, stage) =>
      Array.from({ length: 60 }, (_, k) => {
        const index = stage * 60 + k;
        return lineOf(`r${run}`, traffic.window(index, { weight: weight / 100, shadow: 0 }).window);
      }),
    );
    writeSync(file, `${lines.join('\n')}\n`);
  }
  closeSync(file);
}

const lineOf = (rollout: string, { window, weight, candidate, stable }: RecordedWindow): string =>
  JSON.stringify({ rollout, window, weight, arms: { candidate: counts(candidate), stable: counts(stable) } });

const counts = ({ units, failures }: RecordedWindow['candidate']) => ({ units, failures });

/** The window of each rollout's alarm, by the command itself. */
function replayed(path: string): (number | null)[] {
  const args = ['rollout', 'replay', '--windows', path, '--guards', 'errors=0.01', '--json'];
  const text = output(process.execPath, [join(ROOT, 'bin/plimsoll.js'), ...args]);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { verdict: string; decidedAt: number | null })
    .map(({ verdict, decidedAt }) => (verdict === 'abort' ? decidedAt : null));
}

function sequential(path: string): (number | null)[] {
  const venv = join(WORK, 'rollouts/venv');
  const python = join(venv, 'bin/python');
  if (!existsSync(python)) output('uv', ['venv', '--quiet', venv]);
  const requirements = join(import.meta.dirname, 'requirements.txt');
  output('uv', ['pip', 'install', '--quiet', '--python', python, '--requirements', requirements]);
  const text = output(python, [join(import.meta.dirname, 'sequential.py'), path]);
  return Object.values(JSON.parse(text) as Record<string, number | null>);
}

function ruled(windows: readonly RecordedWindow[], make: () => RollbackRule): (number | null)[] {
  const rules = new Map<string, RollbackRule>();
  const alarms = new Map<string, number | null>();
  for (const window of windows) {
    const rule = rules.get(window.rollout) ?? make();
    rules.set(window.rollout, rule);
    const known = alarms.get(window.rollout) ?? null;
    alarms.set(window.rollout, known ?? (rule(window) ? window.window : null));
  }
  return [...alarms.values()];
}

function summary(alarms: readonly (number | null)[]): Omit<Result, 'case' | 'rate' | 'rule'> {
  const found = alarms.filter((window) => window !== null).sort((a, b) => a - b);
  const median = found[Math.floor(found.length / 2)];
  return {
    runs: alarms.length,
    rolledBack: found.length,
    medianMinutes: median === undefined ? null : median + 1,
  };
}

function output(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${stderr}`);
  return stdout;
}
