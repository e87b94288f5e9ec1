import { createReadStream, statSync } from 'node:fs';
import type { Command } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import type { ReplayVerdict } from '../../rollout/replay.ts';
import { decodeLines, type LineError } from '../files/lines.ts';
import type { Terminal } from '../output/terminal.ts';

interface ReplayOptions {
  readonly windows: string;
  readonly policy?: string;
  readonly guards?: string;
  readonly each?: boolean;
}

/** `rollout replay`: recorded windows through the same decision as live. */
export const rolloutReplayCommand = (command: Command, terminal: Terminal): void => {
  command
    .description('Runs recorded windows through a policy, as it would have decided live.')
    .requiredOption('--windows <file>', 'recording with one closed window per line, of one or more rollouts')
    .option('--policy <file>', 'policy in YAML or JSON; missing settings have their defaults')
    .option('--guards <list>', 'a guard on errors alone at this level, without a certificate: errors=0.01')
    .option('--each', 'print a line for each window, too')
    .addHelpText('after', HELP)
    .action((options: ReplayOptions) => run(options, terminal));
};

const HELP = `
A line of the recording:
  {"rollout":"r1","window":0,"start":"2026-01-01T00:00:00Z","weight":0.05,
   "arms":{"candidate":{"units":100,"failures":3,"over":{"p95":6}},
           "stable":{"units":1900,"failures":9,"over":{"p95":95}}}}
Optional in an arm: shifted, atRisk, labels, assigned, newcomers (docs/rollouts.md).

With --json the answer is JSON Lines, one a rollout; harm and certificate are
natural logarithms of evidence over all windows of the file.

Examples:
  $ plimsoll rollout replay --windows windows.jsonl --guards errors=0.01
  $ plimsoll rollout replay --windows windows.jsonl --policy policy.yaml --json
`;

async function run(
  { windows, policy: file, guards, each }: ReplayOptions,
  terminal: Terminal,
): Promise<void> {
  const { guardsOnly, RolloutReplay } = await import('../../rollout/replay.ts');
  const { parseWindow } = await import('../../rollout/recorded-window.ts');
  const policy = guards === undefined ? await policyOf(file) : guardsOnly(levelOf(guards, file));
  checkFile(windows);
  const all = new RolloutReplay(policy);
  let number = 0;
  for await (const batch of decodeLines(createReadStream(windows, { highWaterMark: 2 ** 18 }), refuse)) {
    const answers: string[] = [];
    for (const line of batch) {
      number++;
      if (line.trim() === '') continue;
      const window = parseWindow(line, number);
      const standing = all.add(window);
      if (each) answers.push(written({ window: window.window, ...standing }, terminal));
    }
    await write(answers);
  }
  let answers: string[] = [];
  for (const verdict of all.verdicts()) {
    answers.push(written(verdict, terminal));
    if (answers.length === 1000) {
      await write(answers);
      answers = [];
    }
  }
  await write(answers);
}

const refuse: LineError = (line, found) =>
  new PlimsollError('WINDOW_INVALID', {
    where: `line ${line}`,
    field: 'the line',
    found,
    wanted: 'one window',
  });

function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new PlimsollError('FILE_NOT_FOUND', { path });
  if (found.isDirectory()) throw new PlimsollError('FILE_UNREADABLE', { path, reason: 'it is a folder' });
}

async function policyOf(file: string | undefined) {
  const { readPolicyFile } = await import('../files/document.ts');
  const { DEFAULT_POLICY } = await import('../../rollout/policy/policy.ts');
  return file === undefined ? DEFAULT_POLICY : readPolicyFile(file);
}

function levelOf(guards: string, file: string | undefined): number {
  const usage = (reason: string) => new PlimsollError('USAGE', { reason, command: 'rollout replay' });
  if (file !== undefined) throw usage("options '--policy' and '--guards' exclude each other");
  const level = Number(/^errors=(0?\.\d+|\d+e-\d+)$/.exec(guards)?.[1]);
  if (level > 0 && level <= 0.5) return level;
  throw usage(`--guards is "${guards}", expected errors=LEVEL with a level above 0 and at most 0.5`);
}

const written = (verdict: ReplayVerdict & { window?: number }, { json }: Terminal): string => {
  if (json) return JSON.stringify(verdict);
  const at = verdict.decidedAt === null ? '' : ` at window ${verdict.decidedAt}`;
  const where = verdict.window === undefined ? '' : ` window ${verdict.window}`;
  return `${verdict.rollout}${where}: ${verdict.verdict}${at} (${verdict.reason}; evidence of harm ${factor(verdict.harm.log)}, at most ${factor(verdict.harm.maxLog)}; of no harm ${factor(verdict.certificate.log)})`;
};

/** Evidence as a factor: `×180`, `×10^12`. */
const factor = (log: number): string =>
  Math.abs(log) < 14 ? `×${Number(Math.exp(log).toPrecision(3))}` : `×10^${Math.round(log / Math.LN10)}`;

/** Waits where the reader is slower than we are. */
async function write(answers: readonly string[]): Promise<void> {
  if (answers.length === 0 || process.stdout.write(`${answers.join('\n')}\n`)) return;
  await new Promise<void>((resolve) => process.stdout.once('drain', () => resolve()));
}
