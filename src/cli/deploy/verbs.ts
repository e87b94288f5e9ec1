import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { applyDeployment, type Deployment, destroy, observeDeployment } from '../../deploy/plan/apply.ts';
import { idOf } from '../../deploy/plan/key.ts';
import { deploymentPlanOf } from '../../deploy/plan/plan.ts';
import type { CloudProvider, PlanStep } from '../../deploy/plan/port.ts';
import { sentenceCase } from '../../text/sentence-case.ts';
import type { GlobalOption } from '../command.ts';
import { exampleText } from '../group.ts';
import { formatTable } from '../output/table.ts';
import type { Terminal } from '../output/terminal.ts';

/** A deployment to one kind of cloud, as a command has been told of it. */
export interface PreparedDeployment {
  readonly deployment: Deployment;
  readonly cloud: CloudProvider;
  /** What a person should see before anything is made: permissions, costs. For people, and for `--json`. */
  readonly about: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;
}

/** The verbs of every `deploy KIND`. */
export const DEPLOY_VERBS = ['plan', 'apply', 'status', 'destroy'] as const;
export type DeployVerb = (typeof DEPLOY_VERBS)[number];

/** What each verb does, for `--help`. */
const VERB_SUMMARIES: Readonly<Record<DeployVerb, string>> = {
  plan: 'show what `apply` does, what it costs and which permissions it needs; changes nothing',
  apply: 'create or change the resources; may be interrupted and repeated at any time',
  status: 'show the resources of the deployment',
  destroy: 'remove the resources that the deployment created, and no others',
};

/**
 * Declares `plan`, `apply`, `status` and `destroy` below a command; `define` gives each its arguments and options, `example`
 * is a source that they take.
 */
export function withDeployVerbs(
  command: Command,
  terminal: Terminal,
  example: string,
  define: (verb: Command, name: DeployVerb) => (source: string) => Promise<PreparedDeployment>,
): void {
  for (const name of DEPLOY_VERBS) {
    const verb = command
      .command(name)
      .summary(VERB_SUMMARIES[name])
      .description(sentence(VERB_SUMMARIES[name]))
      .addHelpText('after', exampleText([`plimsoll deploy ${command.name()} ${name} ${example}`]));
    const prepare = define(verb, name);
    verb.action(async (source: string) => DO[name](await prepare(source), terminal));
  }
}

/** Only what makes changes shows its progress. */
export const ignoredBy = (verb: DeployVerb): readonly GlobalOption[] =>
  verb === 'apply' || verb === 'destroy' ? ['data'] : ['data', 'quiet'];

const sentence = (text: string): string => `${sentenceCase(text)}.`;

const DO: Readonly<Record<DeployVerb, (deploying: PreparedDeployment, terminal: Terminal) => Promise<void>>> =
  {
    plan: sayPlan,
    apply: doApply,
    status: sayStatus,
    destroy: doDestroy,
  };

async function sayPlan(
  { deployment, cloud, about, details }: PreparedDeployment,
  terminal: Terminal,
): Promise<void> {
  const plan = deploymentPlanOf(await observeDeployment(deployment, cloud));
  const steps = plan.steps.map((step) => ({
    action: step.action,
    id: subjectOf(step),
    because: step.because,
  }));
  const unchanged = plan.unchanged.map(idOf);
  terminal.answer({ deployment: deployment.name, steps, unchanged, ...details }, () =>
    [
      steps.length === 0 ? `${deployment.name} is up to date.` : `Steps for ${deployment.name}:`,
      ...(steps.length === 0
        ? []
        : [formatTable(steps.map(({ action, id, because }) => [action, id, because]))]),
      ...(unchanged.length === 0 ? [] : [`Unchanged: ${unchanged.join(', ')}`]),
      ...about,
    ].join('\n'),
  );
}

async function doApply(deploying: PreparedDeployment, terminal: Terminal): Promise<void> {
  const { deployment, cloud, details } = deploying;
  const done = await showing(deployment.name, terminal, (onStep) =>
    applyDeployment(deployment, { cloud, ...TIME, onStep }),
  );
  terminal.answer({ deployment: deployment.name, ...done, ...details }, () => {
    const lines = Object.entries<readonly string[]>({ ...done }).flatMap(([what, ids]) =>
      ids.map((id) => [what, id]),
    );
    return lines.length === 0
      ? `${deployment.name} is up to date: nothing to do.`
      : [formatTable(lines), `${deployment.name} is up to date.`].join('\n');
  });
}

async function sayStatus({ deployment, cloud }: PreparedDeployment, terminal: Terminal): Promise<void> {
  const rows: { readonly id: string; readonly state: string; readonly reason: string | null }[] = [];
  for (const key of await cloud.owned(deployment.name)) {
    const seen = await cloud.observe(key);
    if (seen !== null) rows.push({ id: idOf(key), state: seen.state, reason: seen.reason });
  }
  terminal.answer({ deployment: deployment.name, resources: rows }, () =>
    rows.length === 0
      ? `${deployment.name} has no resources.`
      : formatTable(rows.map(({ id, state, reason }) => [id, state, reason ?? ''])),
  );
}

async function doDestroy({ deployment, cloud }: PreparedDeployment, terminal: Terminal): Promise<void> {
  const removed = await showing(deployment.name, terminal, (onStep) =>
    destroy(deployment, { cloud, ...TIME, onStep }),
  );
  terminal.answer({ deployment: deployment.name, removed }, () =>
    removed.length === 0
      ? `${deployment.name} has no resources: nothing to remove.`
      : [formatTable(removed.map((id) => ['removed', id])), `${deployment.name} has no resources left.`].join(
          '\n',
        ),
  );
}

const TIME = {
  monotonic: () => performance.now(),
  sleep: (millis: number): Promise<void> => sleep(millis),
} as const;

/** What is being done, while it is done. */
async function showing<T>(
  name: string,
  terminal: Terminal,
  work: (onStep: (step: PlanStep) => void) => Promise<T>,
): Promise<T> {
  const progress = terminal.steps(name);
  try {
    return await work((step) => progress.update(`${PRESENT[step.action]} ${subjectOf(step)}`));
  } finally {
    progress.done();
  }
}

const PRESENT = {
  create: 'making',
  update: 'changing',
  replace: 'replacing',
  wait: 'waiting for',
  remove: 'removing',
} as const satisfies Record<PlanStep['action'], string>;

const subjectOf = (step: PlanStep): string => idOf(step.action === 'remove' ? step.key : step.resource);
