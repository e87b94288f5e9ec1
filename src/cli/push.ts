import { Option } from 'commander';
import { parseSize } from '../config/settings.ts';
import type { Control, NewVersion, RolloutView, VersionView } from '../control/port.ts';
import { EXIT, PlimsollError } from '../core/errors.ts';
import type { Strategy } from '../store/store.ts';
import type { Define } from './commands.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from './control.ts';
import { printable } from './printable.ts';
import { STRATEGIES } from './strategies.ts';
import { table } from './table.ts';

interface PushOptions extends ActorOptions {
  readonly name: string;
  readonly golden?: string;
  readonly reference?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly breaking?: boolean;
  readonly runtime?: 'native' | 'onnx';
  readonly maxModel?: number;
  readonly rollout?: Strategy;
  readonly policy?: string;
}

/** `push`: a file becomes a version. */
export const push: Define = (command, terminal) => {
  withActorOptions(command)
    .description(
      'Proves a model file and registers it as the next version of a model. The first version of a model goes live under its name; later ones get no traffic unless --rollout says how.',
    )
    .argument('<file>', 'model file')
    .requiredOption('--name <model>', 'model that it is a version of')
    .option('--golden <file>', 'rows with the outputs that it must give')
    .option('--reference <file>', 'rows that it was trained on')
    .option('--label <key=value>', 'label (repeatable)', labelled)
    .option('--note <text>', 'what is new in it')
    .option('--breaking', 'inputs or outputs may change so that clients break')
    .addOption(new Option('--runtime <runtime>', 'what executes it').choices(['native', 'onnx']))
    .option('--max-model <size>', 'largest model file to read, when you trust it (default: 256mb)', sizeOf)
    .addOption(new Option('--rollout <strategy>', 'start a rollout to it').choices(STRATEGIES))
    .option('--policy <file>', 'policy of that rollout, YAML or JSON')
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      const options = command.optsWithGlobals<PushOptions>();
      const progress = terminal.progress(file);
      progress.update('reading and proving');
      try {
        const policy = await policyOf(options);
        const pushed = await withControl(options, (control) => register(control, file, options, policy));
        terminal.answer(pushed, () => said(pushed));
        if (pushed.state === 'refused') process.exitCode = EXIT.refused;
      } finally {
        progress.done();
      }
    });
};

const HELP = `
Examples:
  $ plimsoll push churn.joblib --name churn
  $ plimsoll push churn-2.joblib --name churn --golden rows.json --rollout canary
  $ plimsoll push churn-3.joblib --name churn --label team=growth --note "more data" --rollout canary --policy policy.yaml
`;

type Pushed = VersionView & { readonly rollout: RolloutView | null };

async function register(
  control: Control,
  file: string,
  options: PushOptions,
  policy: unknown,
): Promise<Pushed> {
  const { name, golden, reference, label, note, breaking, runtime, maxModel, rollout } = options;
  const actor = actorOf(options);
  const source: NewVersion = {
    path: file,
    golden,
    reference,
    labels: label,
    note,
    breaking,
    runtime,
    maxModel,
  };
  const version = await control.addVersion(name, source, actor);
  if (rollout === undefined || version.state !== 'ready') return { ...version, rollout: null };
  const start = { candidate: version.version, strategy: rollout, policy };
  return { ...version, rollout: await control.startRollout(name, start, actor) };
}

/** Read before the file is proved: a misspelt policy should not cost the wait. */
async function policyOf({ policy, rollout }: PushOptions): Promise<unknown> {
  if (policy === undefined) return undefined;
  if (rollout === undefined)
    throw new PlimsollError('USAGE', { reason: '--policy is given without --rollout', command: 'push' });
  const { readDocument } = await import('./rollout-policy.ts');
  return readDocument(policy);
}

function said({ model, version, state, checks, rollout }: Pushed): string {
  const lines = [
    `${model}@${version} is ${state}`,
    table(checks.map(({ name, ok, detail }) => [ok ? '✓' : '✗', name, detail].map(printable))),
  ];
  if (rollout !== null)
    lines.push(
      `${rollout.strategy} ${rollout.id} is ${rollout.state}: watch it with \`plimsoll status ${rollout.endpoint} --watch\``,
    );
  return lines.join('\n');
}

function labelled(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return Object.fromEntries([...Object.entries(before), [text.slice(0, at), text.slice(at + 1)]]);
  throw new PlimsollError('USAGE', { reason: `--label is "${text}", wanted KEY=VALUE`, command: 'push' });
}

function sizeOf(text: string): number {
  const size = parseSize(text);
  if (size !== undefined) return size;
  const reason = `--max-model is "${text}", wanted a size such as 2gb`;
  throw new PlimsollError('USAGE', { reason, command: 'push' });
}
