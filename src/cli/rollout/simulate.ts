import type { Command } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import type { SimulationResult } from '../../rollout/simulate/simulate.ts';
import { countText } from '../../text/count.ts';
import { durationText } from '../../text/duration.ts';
import { percent } from '../../text/percent.ts';
import type { Terminal } from '../output/terminal.ts';

interface SimulateOptions {
  readonly scenario: string;
  readonly policy?: string;
  readonly runs: number;
  readonly seed: number;
}

/** `rollout simulate`: many rollouts over invented traffic. */
export const rolloutSimulateCommand = (command: Command, terminal: Terminal): void => {
  command
    .description('Runs a policy over simulated traffic and counts its decisions.')
    .requiredOption('--scenario <file>', 'traffic and effect of the candidate, in YAML or JSON')
    .option('--policy <file>', 'policy, in place of that of the scenario')
    .option('--runs <number>', 'rollouts to simulate', (text) => whole('--runs', text, 10_000_000, 1), 1000)
    .option('--seed <number>', 'seed of the traffic', (text) => whole('--seed', text, 2 ** 32 - 1), 1)
    .addHelpText('after', HELP)
    .action((options: SimulateOptions) => run(options, terminal));
};

const HELP = `
A scenario, with its defaults:
  {"rate":10,"requestsPerUnit":1,"retries":0,"baseError":0.005,
   "effect":{"errors":0,"oddsRatio":1,"latency":1},"drift":1,
   "bursts":{"share":0,"factor":1},"sharedFailures":0,"horizon":"24h",
   "policy":{}}

Examples:
  $ plimsoll rollout simulate --scenario same.json --runs 1000 --seed 1
  $ plimsoll rollout simulate --scenario worse.json --policy policy.yaml --json
`;

async function run(options: SimulateOptions, terminal: Terminal): Promise<void> {
  const { readYamlDocument, readPolicyFile } = await import('../files/document.ts');
  const { parseScenario } = await import('../../rollout/simulate/scenario.ts');
  const { simulateScenario: simulateAll } = await import('../../rollout/simulate/simulate.ts');
  const { seededRandom } = await import('../../core/random.ts');
  const policy = options.policy === undefined ? undefined : await readPolicyFile(options.policy);
  const scenario = parseScenario(await readYamlDocument(options.scenario), policy);
  const progress = terminal.progress('rollouts');
  try {
    const found = simulateAll(scenario, options.runs, seededRandom(options.seed), (done) =>
      progress.update(`${done} of ${options.runs}`),
    );
    terminal.answer(found, () => said(found));
  } finally {
    progress.done();
  }
}

function said(found: SimulationResult): string {
  const share = (n: number): string => percent(n / Math.max(1, found.runs));
  const after = (seconds: number | null): string =>
    seconds === null ? '' : `, after ${durationText(1000 * seconds)} (median)`;
  const { median, p90, max } = found.harmedUnits;
  return [
    `${countText(found.runs, 'rollout')}`,
    `  rolled back: ${found.rolledBack} (${share(found.rolledBack)})${after(found.medianDelaySeconds)}`,
    `  promoted:    ${found.promoted} (${share(found.promoted)})${after(found.medianPromotionSeconds)}`,
    `  held:        ${found.held} (${share(found.held)})`,
    `  units harmed by the candidate: median ${median}, nine in ten below ${p90}, at most ${max}`,
  ].join('\n');
}

function whole(option: string, text: string, max: number, min = 0): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= min && value <= max && text.trim() !== '') return value;
  throw new PlimsollError('USAGE', {
    reason: `${option} is "${text}", expected a whole number from ${min} to ${max}`,
    command: 'rollout simulate',
  });
}
