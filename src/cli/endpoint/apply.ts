import type {
  ChangePlan,
  DesiredChange,
  PresentState,
  RouteParts,
} from '../../control/desired/change-plan.ts';
import type { DesiredState } from '../../control/desired/desired-state.ts';
import type { ControlApi, EndpointView, RolloutView } from '../../control/port.ts';
import type { Actor } from '../../core/actor.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { isRecord } from '../../core/record.ts';
import type { JobChange } from '../../jobs/desired.ts';
import type { MonitorChange } from '../../monitor/apply-monitors.ts';
import type { DefineCommand } from '../command.ts';
import { type ActorOptions, actorOf, withActorOptions, withControl } from '../connection/control.ts';
import { printable } from '../output/printable.ts';
import { styled } from '../output/terminal.ts';

interface ApplyOptions extends ActorOptions {
  readonly file: string;
  readonly yes?: boolean;
}

/** `apply`: desired endpoints, aliases, rules and rollouts. */
export const applyCommand: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description(
      'Shows the changes that bring endpoints, aliases, batch jobs and monitors to the state that a file describes; with --yes makes them. A second run changes nothing.',
    )
    .option('-f, --file <file>', 'desired state in YAML or JSON', 'plimsoll.yaml')
    .option('--yes', 'apply the changes')
    .addHelpText('after', HELP)
    .action(async () => {
      const options = command.optsWithGlobals<ApplyOptions>();
      const { desired, jobs: documents, monitors: watched } = await readDesired(options.file);
      // Looked at before anything is changed: a job that is wrong stops all of it.
      const jobs = await jobChanges(documents, options, null);
      const monitors = await monitorChanges(watched, options, null);
      const done = await withControl(options, async (control) => {
        const { planChanges } = await import('../../control/desired/change-plan.ts');
        const plan = planChanges(desired, await presentOf(control, desired));
        if (options.yes) for (const change of plan.changes) await make(control, change, actorOf(options));
        return { ...plan, jobs, monitors, applied: options.yes === true };
      });
      if (options.yes) {
        await jobChanges(documents, options, actorOf(options));
        await monitorChanges(watched, options, actorOf(options));
      }
      if (done.blocked.length > 0) process.exitCode = EXIT.failed;
      terminal.answer(done, () => said(done, done.applied));
    });
};

const HELP = `
What is left out stays as it is:
  endpoints:
    churn:
      version: 3                       # what everybody is to get in the end
      rollout: {strategy: canary}      # how; policy: {…} as in docs/rollouts.md
      unit: {header: x-unit-id, field: user_id}
      rules:
        - {header: x-beta, values: ["1"], version: 3}
  aliases:
    churn: {champion: 3}               # others of this model are removed
  jobs:
    nightly: {model: churn@champion, input: in.parquet, key: id, output: out.parquet}
  monitors:
    churn: {falseAlarms: 1, receivers: {ops: {kind: webhook, url: env:OPS_HOOK}}}

Examples:
  $ plimsoll apply -f plimsoll.yaml
  $ plimsoll apply -f plimsoll.yaml --yes --reason "the May model"
`;

interface Read {
  readonly desired: DesiredState;
  /** As they are written. */
  readonly jobs: unknown;
  readonly monitors: unknown;
}

async function readDesired(file: string): Promise<Read> {
  const { readYamlDocument } = await import('../files/document.ts');
  const { parseDesired } = await import('../../control/desired/desired-state.ts');
  const { SETTINGS } = await import('../../config/settings.ts');
  const document = await readYamlDocument(file);
  const desired = parseDesired(document, file, [...Object.keys(SETTINGS), ...OF_SERVE]);
  const own = isRecord(document) ? document : {};
  return { desired, jobs: own['jobs'], monitors: own['monitors'] };
}

/** What is to be changed of the jobs of the file; with an actor it is. */
async function jobChanges(
  documents: unknown,
  options: ApplyOptions,
  actor: Actor | null,
): Promise<readonly JobChange[]> {
  if (documents === undefined || documents === null) return [];
  const { applyJobs } = await import('../../jobs/desired.ts');
  const { withJobs } = await import('../batch/jobs.ts');
  const { surroundingsHere } = await import('../../jobs/spec/surroundings.ts');
  return withJobs(options, (jobs) => applyJobs(jobs, documents, surroundingsHere(), actor));
}

/** The same of what is watched. */
async function monitorChanges(
  documents: unknown,
  options: ApplyOptions,
  actor: Actor | null,
): Promise<readonly MonitorChange[]> {
  if (documents === undefined || documents === null) return [];
  const { applyMonitors } = await import('../../monitor/apply-monitors.ts');
  const { withMonitoring } = await import('../connection/monitoring.ts');
  return withMonitoring(options, (monitoring) => applyMonitors(monitoring, documents, actor));
}

async function presentOf(control: ControlApi, { endpoints, aliases }: DesiredState): Promise<PresentState> {
  const views = new Map<string, { view: EndpointView; last: RolloutView | null }>();
  for (const name of endpoints.keys()) {
    const view = await control.endpoint(name);
    const { items } = await control.rollouts(name, { limit: 1 });
    views.set(name, { view, last: items[0] ?? null });
  }
  const named = new Map<string, Readonly<Record<string, number>>>();
  for (const model of aliases.keys()) named.set(model, (await control.model(model)).aliases);
  return { endpoints: views, aliases: named };
}

async function make(control: ControlApi, change: DesiredChange, actor: Actor): Promise<void> {
  switch (change.kind) {
    case 'alias':
      return control.setAlias(change.model, change.alias, change.to, actor);
    case 'route':
      await control.changeRoute(change.endpoint, change.to, change.generation, actor);
      return;
    case 'rollout': {
      const { endpoint, to: candidate, strategy, policy } = change;
      await control.startRollout(endpoint, { candidate, strategy, policy: policy ?? undefined }, actor);
    }
  }
}

interface Others {
  readonly jobs: readonly JobChange[];
  readonly monitors: readonly MonitorChange[];
}

const monitorLines = ({ endpoint, isNew, lines }: MonitorChange): string[] => [
  `${isNew ? '+' : '~'} monitor ${printable(endpoint)}`,
  ...lines.map((line) => `    ${printable(line)}`),
];

function said({ changes, blocked, jobs, monitors }: ChangePlan & Others, applied: boolean): string {
  const lines = [
    ...changes.flatMap(lineOf),
    ...jobs.flatMap(jobLines),
    ...monitors.flatMap(monitorLines),
    ...blocked.map(({ endpoint, reason }) => styled('red', `! ${printable(`${endpoint}: ${reason}`)}`)),
  ];
  if (lines.length === 0) return 'No changes: everything matches the file.';
  if (changes.length + jobs.length + monitors.length === 0) return lines.join('\n');
  if (!applied)
    return [...lines, 'Nothing is changed yet: run again with --yes to make these changes.'].join('\n');
  const watched = changes.flatMap((change) =>
    change.kind === 'rollout' ? [`Watch it: plimsoll status ${printable(change.endpoint)} --watch`] : [],
  );
  return [...lines, 'Done.', ...watched].join('\n');
}

function lineOf(change: DesiredChange): string[] {
  switch (change.kind) {
    case 'alias': {
      const { model, alias, from, to } = change;
      return diff(`alias ${model} ${alias}`, from, to);
    }
    case 'route': {
      const { endpoint, from, to } = change;
      return (['rules', 'unit'] as const satisfies readonly (keyof RouteParts)[]).flatMap((part) =>
        to[part] === undefined ? [] : diff(`endpoint ${endpoint} ${part}`, from[part], to[part]),
      );
    }
    case 'rollout': {
      const { endpoint, from, to, strategy } = change;
      return [styled('yellow', printable(`~ endpoint ${endpoint} version: ${from} → ${to}, by ${strategy}`))];
    }
  }
}

const diff = (what: string, from: unknown, to: unknown): string[] => [
  ...(from === null ? [] : [styled('red', printable(`- ${what}: ${JSON.stringify(from)}`))]),
  ...(to === null ? [] : [styled('green', printable(`+ ${what}: ${JSON.stringify(to)}`))]),
];

const jobLines = ({ job, isNew, lines }: JobChange): string[] =>
  isNew
    ? [styled('green', printable(`+ job ${job}`))]
    : lines.map((line) => styled('yellow', printable(`~ job ${job} ${line}`)));

/** Tables of the same file that `serve` reads. */
const OF_SERVE = ['models', 'jobs', 'monitors', 'routers', 'reasons'] as const;
