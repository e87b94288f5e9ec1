import { Option } from 'commander';
import { parseSize } from '../config/settings.ts';
import type { Control, NewVersion, RolloutView, VersionView } from '../control/port.ts';
import { EXIT, isErrorCode, isPlimsollError, PlimsollError } from '../core/errors.ts';
import type { Check, Strategy } from '../store/store.ts';
import { checkLines } from './check-lines.ts';
import type { Define } from './commands.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from './control.ts';
import { STRATEGIES } from './strategies.ts';

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
    .option(
      '--policy <file>',
      'policy of that rollout, YAML or JSON (default: that of the endpoint in plimsoll.yaml)',
    )
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

type Pushed = VersionView & {
  readonly rollout: RolloutView | null;
  /** Whether the endpoint of the model's name rests on it. */
  readonly answers: boolean;
};

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
  const answers = await isStable(control, version);
  if (rollout === undefined || version.state !== 'ready' || answers)
    return { ...version, rollout: null, answers };
  const start = { candidate: version.version, strategy: rollout, policy };
  return { ...version, rollout: await control.startRollout(name, start, actor), answers };
}

async function isStable(control: Control, { model, version }: VersionView): Promise<boolean> {
  try {
    return (await control.endpoint(model)).stable === version;
  } catch (error) {
    if (isPlimsollError(error) && error.code === 'ENDPOINT_NOT_FOUND') return false;
    throw error;
  }
}

/** Read before the file is proved: a misspelt policy should not cost the wait. */
async function policyOf({ policy, rollout }: PushOptions): Promise<unknown> {
  if (policy === undefined) return undefined;
  if (rollout === undefined)
    throw new PlimsollError('USAGE', { reason: '--policy is given without --rollout', command: 'push' });
  const { readDocument } = await import('./rollout-policy.ts');
  return readDocument(policy);
}

function said(pushed: Pushed): string {
  const { model, version, state, checks } = pushed;
  return [`${model}@${version} is ${state}`, checkLines(checks), ...whatNext(pushed)].join('\n');
}

function whatNext({ model, version, state, checks, rollout, answers }: Pushed): readonly string[] {
  if (rollout !== null)
    return [
      `${rollout.strategy} ${rollout.id} is ${rollout.state}: watch it with \`plimsoll status ${rollout.endpoint} --watch\``,
    ];
  if (state === 'refused') return [...checks.flatMap(adviceOn), 'Nothing has changed for callers.'];
  if (state !== 'ready') return [];
  return answers
    ? [`It answers everybody at the endpoint ${model}.`]
    : [`It answers nobody yet: plimsoll rollout start ${model} --to ${version}`];
}

/** What to do about a check that failed with a coded error, whose code ends its detail. */
function adviceOn({ ok, detail }: Check): readonly string[] {
  const code = /\((\w+)\)$/.exec(detail)?.[1];
  return ok || code === undefined || !isErrorCode(code) ? [] : [new PlimsollError(code).hint];
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
