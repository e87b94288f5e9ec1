import { Option } from 'commander';
import type { ControlApi, RolloutView, VersionView } from '../../control/port.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import type { NewVersion } from '../../registry/new-version.ts';
import type { Strategy } from '../../store/store.ts';
import type { DefineCommand } from '../command.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from '../connection/control.ts';
import { versionCheckLines } from '../output/check-lines.ts';
import { STRATEGIES } from '../rollout/strategies.ts';
import { type ModelFileOptions, withModelFileOptions } from './file-options.ts';
import { trustedPythonDemands } from './python/demands.ts';

interface PushOptions extends ActorOptions, ModelFileOptions {
  readonly name: string;
  readonly golden?: string;
  readonly reference?: string;
  readonly background?: string;
  readonly reasons?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly note?: string;
  readonly breaking?: boolean;
  readonly rollout?: Strategy;
  readonly policy?: string;
}

/** `push`: a file becomes a version. */
export const pushCommand: DefineCommand = (command, terminal) => {
  withActorOptions(withModelFileOptions(command))
    .description(
      'Verifies a model file and registers it as the next version of a model. The first version of a model goes live under its name; later versions get no traffic without --rollout.',
    )
    .argument('<file>', 'model file, or a folder that plimsoll.save or MLflow wrote')
    .requiredOption('--name <name>', 'name of the model')
    .option('--golden <file>', 'rows with expected outputs')
    .option('--reference <file>', 'training rows, as the reference of its monitor')
    .option(
      '--background <file>',
      'rows that explanations are made against (default: a sample of --reference)',
    )
    .option('--reasons <file>', 'what explanations say of its columns, YAML or JSON')
    .option('--label <key=value>', 'label (repeatable)', labelled)
    .option('--note <text>', 'release note')
    .option('--breaking', 'allow changes of inputs or outputs that break clients')
    .addOption(new Option('--rollout <strategy>', 'start a rollout to the new version').choices(STRATEGIES))
    .option(
      '--policy <file>',
      'policy of that rollout, YAML or JSON (default: that of the endpoint in plimsoll.yaml)',
    )
    .addHelpText('after', HELP)
    .action(async (file: string) => {
      const options = command.optsWithGlobals<PushOptions>();
      const python = trustedPythonDemands(options, { command: 'push', model: file }) ?? undefined;
      const progress = terminal.progress(file);
      progress.update('reading and proving');
      try {
        const policy = await policyOf(options);
        const pushed = await withControl(options, (control) =>
          register(control, { ...sourceOf(file, options), python }, { ...options, policy }),
        );
        terminal.answer({ ...pushed, advice: adviceOf(pushed) }, () => said(pushed));
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
  $ plimsoll push churn.pkl --name churn --runtime python --trust --code src/churn_features.py --requirements requirements.txt
  $ plimsoll push model.pkl --name risk --runtime python --trust --script inference.py --url https://models.example.com
  $ plimsoll push saved/churn --name churn --trust
`;

type Pushed = VersionView & {
  readonly rollout: RolloutView | null;
  /** Whether the endpoint of the model's name rests on it. */
  readonly answers: boolean;
};

function sourceOf(path: string, options: PushOptions): NewVersion {
  const {
    golden,
    reference,
    background,
    reasons,
    label: labels,
    note,
    breaking,
    runtime,
    maxModel,
  } = options;
  const files = { path, golden, reference, background, reasons };
  return { ...files, labels, note, breaking, runtime, maxModel, ...choicesOf(options) };
}

async function register(
  control: ControlApi,
  source: NewVersion,
  options: Omit<PushOptions, 'policy'> & { readonly policy: unknown },
): Promise<Pushed> {
  const { name, rollout, policy } = options;
  const actor = actorOf(options);
  const version = await control.addVersion(name, source, actor);
  const answers = await isStable(control, version);
  if (rollout === undefined || version.state !== 'ready' || answers)
    return { ...version, rollout: null, answers };
  const start = { candidate: version.version, strategy: rollout, policy };
  return { ...version, rollout: await control.startRollout(name, start, actor), answers };
}

async function isStable(control: ControlApi, { model, version }: VersionView): Promise<boolean> {
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
    throw new PlimsollError('USAGE', {
      reason: "option '--policy' requires option '--rollout'",
      command: 'push',
    });
  const { readYamlDocument } = await import('../files/document.ts');
  return readYamlDocument(policy);
}

function said(pushed: Pushed): string {
  const { model, version, state, checks } = pushed;
  return [`${model}@${version} is ${state}`, versionCheckLines(checks), ...whatNext(pushed)].join('\n');
}

function whatNext(pushed: Pushed): readonly string[] {
  const { model, version, state, rollout, answers } = pushed;
  if (rollout !== null)
    return [
      `${rollout.strategy} ${rollout.id} is ${rollout.state}: watch it with \`plimsoll status ${rollout.endpoint} --watch\``,
    ];
  if (state === 'refused') {
    const isPython = pushed.checks.some(({ ok, detail }) => !ok && detail.endsWith('(PYTHON_LOAD_FAILED)'));
    const traceback = isPython
      ? [`The whole traceback, on that machine: plimsoll logs ${model}@${version}`]
      : [];
    return [...adviceOf(pushed), ...traceback, 'Nothing has changed for callers.'];
  }
  if (state !== 'ready') return [];
  return answers
    ? [`It answers everybody at the endpoint ${model}.`]
    : [`It answers nobody yet: plimsoll rollout start ${model} --to ${version}`];
}

const adviceOf = ({ checks }: VersionView): readonly string[] => checks.flatMap(({ hint }) => hint ?? []);

function labelled(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return Object.fromEntries([...Object.entries(before), [text.slice(0, at), text.slice(at + 1)]]);
  throw new PlimsollError('USAGE', { reason: `--label is "${text}", expected KEY=VALUE`, command: 'push' });
}
