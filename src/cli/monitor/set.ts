import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { MonitorView } from '../../monitor/port.ts';
import type { DefineCommand } from '../command.ts';
import { type ActorOptions, actorOf, withActorOptions } from '../connection/control.ts';
import { withMonitoring } from '../connection/monitoring.ts';
import { printable } from '../output/printable.ts';

interface SetOptions extends ActorOptions {
  readonly policy?: string;
  readonly set?: readonly string[];
  readonly generation?: string;
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `monitor set`: what is watched of an endpoint. */
export const monitorSetCommand: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description(
      'Sets the monitor policy of an endpoint and its receivers: the whole policy from a file, or single values.',
    )
    .argument('<endpoint>', 'name of the endpoint')
    .option('--policy <file>', 'whole policy in YAML or JSON, as below monitors in plimsoll.yaml')
    .option(
      '--set <path=value>',
      'one value, which overrides the current policy or the file (repeatable)',
      collect,
    )
    .option('--generation <number>', 'fail if the policy has another generation by now')
    .addHelpText('after', HELP)
    .action(async (endpoint: string) => {
      const options = command.optsWithGlobals<SetOptions>();
      const given = options.generation === undefined ? null : Number(options.generation);
      const view = await withMonitoring(options, async (monitoring) => {
        // What is changed in part is changed as it was read.
        const present = options.policy === undefined ? await monitoring.monitor(endpoint) : null;
        const document = await documentOf(options, present?.written ?? {});
        return monitoring.setMonitor(
          endpoint,
          document,
          given ?? present?.generation ?? null,
          actorOf(options),
        );
      });
      terminal.answer(view, () => said(view));
    });
};

const HELP = `
Examples:
  $ plimsoll monitor set churn --policy churn-monitor.yaml
  $ plimsoll monitor set churn --set falseAlarms=2 --set drift.minimumPsi=0.1
  $ plimsoll monitor set churn --set drift.rollout=rollback --reason "new team, new rules"
`;

async function documentOf({ policy, set = [] }: SetOptions, present: unknown): Promise<unknown> {
  if (policy === undefined && set.length === 0)
    throw new PlimsollError('USAGE', {
      reason: "required option '--policy' or '--set'",
      command: 'monitor set',
    });
  const { readYamlDocument } = await import('../files/document.ts');
  const written = policy === undefined ? present : await readYamlDocument(policy);
  const yaml = (await import('yaml')).default;
  return set.reduce((document, text) => {
    const at = text.indexOf('=');
    if (at <= 0)
      throw new PlimsollError('USAGE', {
        reason: `--set is "${text}", expected PATH=VALUE such as drift.minimumPsi=0.1`,
        command: 'monitor set',
      });
    return placed(document, text.slice(0, at).split('.'), yaml.parse(text.slice(at + 1)));
  }, written);
}

/** With the value at a path, whatever was there. */
function placed(document: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const own = isRecord(document) ? document : {};
  const inner = Object.hasOwn(own, key) ? own[key] : undefined;
  return Object.fromEntries([...Object.entries(own), [key, placed(inner, rest, value)]]);
}

const said = ({ endpoint, generation, sentence }: MonitorView): string =>
  `${printable(endpoint)} is monitored (policy generation ${generation}). ${printable(sentence)}`;
