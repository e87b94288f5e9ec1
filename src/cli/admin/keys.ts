import { chmodSync, writeFileSync } from 'node:fs';
import type { ApiKeyring, KeyView, NewKey } from '../../control/keys/port.ts';
import { messageOf } from '../../core/error-text.ts';
import { PlimsollError } from '../../core/errors.ts';
import { SCOPES, type Scope } from '../../store/scopes.ts';
import { countText } from '../../text/count.ts';
import type { DefineCommand } from '../command.ts';
import {
  type ActorOptions,
  actorOf,
  type ControlOptions,
  withActorOptions,
  withControlOptions,
} from '../connection/control.ts';
import { credentialOf } from '../connection/credential.ts';
import { commandGroup } from '../group.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';

interface CreateOptions extends ActorOptions {
  readonly name: string;
  readonly scope: string;
  readonly endpoint: readonly string[];
  readonly expires?: string;
}

const create: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description('Creates a key and prints it. It is printed only once.')
    .requiredOption('--name <name>', 'holder of the key, as the audit log names it')
    .requiredOption('--scope <scope>', `scope: ${SCOPES.join(', ')}`)
    .option(
      '--endpoint <name>',
      'endpoint to which a key of scope predict is limited (repeatable; default: all)',
      collect,
      [],
    )
    .option('--expires <duration>', 'lifetime: 90d, 12h (default: until it is revoked)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll keys create --name shop --scope predict --endpoint churn --expires 90d',
    )
    .action(async () => {
      const options = command.optsWithGlobals<CreateOptions>();
      const { name, endpoint: endpoints, expires } = options;
      const scope = scopeOf(options.scope);
      if (endpoints.length > 0 && scope !== 'predict')
        throw usage(`--endpoint is for keys of scope predict, and this one is of scope ${scope}`, 'create');
      const wish = { name, scope, endpoints, lifeMillis: await millisOf(expires, '--expires', 'create') };
      const made = await withKeys(options, (all) => all.create(wish, actorOf(options)));
      terminal.answer(made, () => madeText(made));
    });
};

const list: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Lists keys, without their secrets.')
    .addHelpText('after', '\nExamples:\n  $ plimsoll keys list')
    .action(async () => {
      const options = command.optsWithGlobals<ControlOptions>();
      const items = await withKeys(options, (all) => all.list());
      terminal.answer({ items }, () => (items.length === 0 ? 'No keys yet' : listText(items)));
    });
};

const rotate: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description('Creates a new key with the same name and rights; the old key stays valid for a while.')
    .argument('<name>', 'name of the key')
    .option('--overlap <duration>', 'how long the old key stays valid', '24h')
    .addHelpText('after', '\nExamples:\n  $ plimsoll keys rotate shop --overlap 7d')
    .action(async (name: string) => {
      const options = command.optsWithGlobals<ActorOptions & { readonly overlap: string }>();
      const overlap = (await millisOf(options.overlap, '--overlap', 'rotate')) ?? 0;
      const made = await withKeys(options, (all) => all.rotate(name, overlap, actorOf(options)));
      const note = `The key before holds for ${options.overlap} more.`;
      terminal.answer(made, () => `${madeText(made)}\n${note}`);
    });
};

const revoke: DefineCommand = (command, terminal) => {
  withActorOptions(command)
    .description('Revokes every key of a name, or the key of an id, at once.')
    .argument('<name>', 'name, or id, of the key')
    .addHelpText('after', '\nExamples:\n  $ plimsoll keys revoke shop --reason "left in a notebook"')
    .action(async (name: string) => {
      const options = command.optsWithGlobals<ActorOptions>();
      const items = await withKeys(options, (all) => all.revoke(name, actorOf(options)));
      const holder = items.at(0)?.name ?? name;
      terminal.answer({ items }, () => `Revoked ${countText(items.length, 'key')} of ${printable(holder)}`);
    });
};

const exported: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Writes the hashes of all valid keys, for PLIMSOLL_KEYS_FILE of a container.')
    .requiredOption('--output <file>', 'file to write')
    .addHelpText('after', '\nExamples:\n  $ plimsoll keys export --output keys.json')
    .action(async () => {
      const options = command.optsWithGlobals<ControlOptions & { readonly output: string }>();
      const known = await withKeys(options, (all) => all.known());
      const { formatKnownKeys } = await import('../../control/keys/known-keys.ts');
      try {
        writeFileSync(options.output, formatKnownKeys(known), { mode: 0o600 });
        // One that was there keeps its mode otherwise.
        chmodSync(options.output, 0o600);
      } catch (error) {
        throw new PlimsollError('FILE_UNWRITABLE', {
          path: options.output,
          reason: messageOf(error),
        });
      }
      const said = { output: options.output, keys: known.length };
      terminal.answer(
        said,
        () => `Wrote the hashes of ${countText(known.length, 'key')} to ${options.output}`,
      );
    });
};

/** `keys`: who may ask a server, and for what. */
export const keysCommand = commandGroup({
  description: 'Creates, lists and revokes API keys. A key is shown once; only its hash is kept.',
  examples: [
    'plimsoll keys create --name me --scope admin',
    'plimsoll keys create --name shop --scope predict --endpoint churn --expires 90d',
    'plimsoll keys rotate shop --overlap 7d',
    'plimsoll keys revoke shop --reason "left in a notebook"',
  ],
  commands: {
    create: { summary: 'create a key', define: create, ignores: ['quiet'] },
    list: { summary: 'list keys and their holders', define: list, ignores: ['quiet'] },
    rotate: { summary: 'create a new key for the same caller', define: rotate, ignores: ['quiet'] },
    revoke: { summary: 'revoke a key at once', define: revoke, ignores: ['quiet'] },
    export: {
      summary: 'write the hashes of all keys, for containers without a store',
      define: exported,
      ignores: ['quiet'],
    },
  },
});

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

const usage = (reason: string, command: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command: `keys ${command}` });

function scopeOf(text: string): Scope {
  const scope = SCOPES.find((one) => one === text);
  if (scope === undefined)
    throw usage(`--scope is "${text}", expected one of ${SCOPES.join(', ')}`, 'create');
  return scope;
}

async function millisOf(text: string | undefined, option: string, command: string): Promise<number | null> {
  if (text === undefined) return null;
  const { parseDuration } = await import('../../text/duration.ts');
  const millis = parseDuration(text);
  if (millis === undefined)
    throw usage(`${option} is "${text}", expected a duration such as 90d or 12h`, command);
  return Math.round(millis);
}

const madeText = ({ name, scope, endpoints, key, expiresAt }: NewKey): string =>
  [
    key,
    '',
    `Key ${printable(name)}: ${scope}${endpoints.length === 0 ? '' : ` of ${endpoints.map(printable).join(', ')}`}, ${expiresAt === null ? 'holds until it is revoked' : `over at ${expiresAt}`}.`,
    'It is not shown again. Send it as "authorization: Bearer KEY"; commands take it from PLIMSOLL_KEY or --key-file.',
  ].join('\n');

function listText(items: readonly KeyView[]): string {
  const day = (at: string | null): string => (at === null ? '-' : at.slice(0, 16).replace('T', ' '));
  const head = ['NAME', 'SCOPE', 'ENDPOINTS', 'STATE', 'EXPIRES', 'CREATED', 'BY', 'ID'];
  const rows = items.map(({ id, name, scope, endpoints, state, createdAt, createdBy, expiresAt }) =>
    [
      ...[name, scope, endpoints.length === 0 ? 'all' : endpoints.join(', '), state],
      ...[day(expiresAt), day(createdAt), createdBy, id],
    ].map(printable),
  );
  return fittedTable([head, ...rows], terminalWidth(), ['ID', 'BY', 'CREATED']);
}

/**
 * Asks the server at `--url`, else the one that owns the data folder, else the store itself. Throws CONTROL_UNREACHABLE,
 * DATA_LOCKED, and whatever `work` throws.
 */
async function withKeys<T>(options: ControlOptions, work: (all: ApiKeyring) => Promise<T>): Promise<T> {
  const { data, url } = options;
  const { liveServer } = await import('../../server/lock.ts');
  const target = url === undefined ? await liveServer(data) : { url, token: credentialOf(options) };
  if (target !== null) {
    const { RemoteKeys } = await import('../../control/keys/remote.ts');
    return work(new RemoteKeys(target));
  }
  const { openControl } = await import('../../server/offline.ts');
  const { LocalKeys } = await import('../../control/keys/local.ts');
  const { SYSTEM_CLOCK } = await import('../../server/clock.ts');
  const { store, close } = await openControl(data, process.env['PLIMSOLL_STORE'] ?? null);
  try {
    return await work(new LocalKeys({ store, clock: SYSTEM_CLOCK }));
  } finally {
    await close();
  }
}
