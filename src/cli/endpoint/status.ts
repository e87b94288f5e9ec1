import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlApi } from '../../control/port.ts';
import { isPlimsollError, PlimsollError } from '../../core/errors.ts';
import type { RouterView } from '../../deploy/routers/follow.ts';
import { orKnown } from '../../store/away.ts';
import type { DefineCommand } from '../command.ts';
import {
  type ControlOptions,
  controlTarget,
  withControlOptions,
  withReadableControl,
  withServer,
} from '../connection/control.ts';
import { styled } from '../output/terminal.ts';
import type { EndpointSnapshot } from '../rollout/view/frame.ts';

interface StatusOptions extends ControlOptions {
  readonly watch?: boolean;
}

const EVERY_MS = 1000;
/** Route changes shown. */
const ROUTES = 5;

/** `status`: how a rollout stands. */
export const statusCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Lists endpoints; with a name, shows its rollout: stages, both arms, evidence.')
    .argument('[endpoint]', 'name of an endpoint')
    .option('--watch', 'refresh every second, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll status\n  $ plimsoll status churn --watch\n  $ plimsoll status churn --json',
    )
    .action(async (endpoint: string | undefined) => {
      const options = command.optsWithGlobals<StatusOptions>();
      if (options.watch) {
        if (endpoint === undefined || terminal.json) {
          const reason = "option '--watch' requires an endpoint and excludes '--json'";
          throw new PlimsollError('USAGE', { reason, command: 'status' });
        }
        return watch(endpoint, options);
      }
      if (endpoint === undefined) {
        const { allRows } = await import('../../store/pages.ts');
        const { endpointTable } = await import('./endpoints.ts');
        const items = await withReadableControl(options, (control) =>
          allRows((page) => control.endpoints(page)),
        );
        return terminal.answer({ items }, () => endpointTable(items));
      }
      const seen = await withReadableControl(options, (control) => look(control, endpoint, options));
      const { endpointFrame } = await import('../rollout/view/frame.ts');
      const { renderLine } = await import('../rollout/view/styled-line.ts');
      const width = process.stdout.columns ?? 100;
      const { now: _, ...document } = seen;
      terminal.answer(document, () =>
        endpointFrame(seen, width)
          .map((line) => renderLine(line, width, styled))
          .join('\n'),
      );
    });
};

/** What only the store knows, while it is away. */
const UNKNOWN: EndpointSnapshot['stable'] = { proof: null, runtime: null, python: null };
const NONE = { items: [], next: null };

async function look(control: ControlApi, name: string, options: ControlOptions): Promise<EndpointSnapshot> {
  const endpoint = await control.endpoint(name);
  const [stable, { items: routes }, last, router] = await Promise.all([
    orKnown(
      () => control.version(endpoint.model, endpoint.stable),
      () => UNKNOWN,
    ),
    orKnown(
      () => control.routes(name, { limit: ROUTES }),
      () => NONE,
    ),
    endpoint.rollout === null
      ? orKnown(
          () => control.rollouts(name, { limit: 1 }),
          () => NONE,
        )
      : null,
    routerOf(name, options),
  ]);
  const rollout = endpoint.rollout ?? last?.items[0] ?? null;
  return { endpoint, stable, rollout, router, routes, now: Date.now() };
}

/** What splits the traffic of an endpoint outside: a server that runs knows, the data does not. */
async function routerOf(name: string, options: ControlOptions): Promise<RouterView | null> {
  const target = await controlTarget(options);
  if (target === null) return null;
  const { sendControlRequest } = await import('../../http/control-request.ts');
  const answer = await sendControlRequest(target, { method: 'GET', path: '/routers' });
  const { items } = answer as { readonly items: readonly RouterView[] };
  return items.find(({ endpoint }) => endpoint === name) ?? null;
}

/** Until the signal that ends it; a server that restarts is waited for. */
async function watch(endpoint: string, options: StatusOptions): Promise<void> {
  const { endpointFrame } = await import('../rollout/view/frame.ts');
  const { LiveScreen } = await import('../rollout/view/screen.ts');
  const screen = new LiveScreen(process.stdout, styled);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
  let seen: EndpointSnapshot | null = null;
  try {
    while (!stop.signal.aborted) {
      try {
        seen = await withServer(options, (control) => look(control, endpoint, options));
        screen.show(endpointFrame(seen, screen.width));
      } catch (error) {
        if (seen === null || !isAway(error)) throw error;
        screen.show([
          ...endpointFrame(seen, screen.width),
          [],
          [['yellow', 'The server is away: trying again']],
        ]);
      }
      await sleep(EVERY_MS, null, { signal: stop.signal }).catch(() => null);
    }
  } finally {
    screen.close();
  }
}

const isAway = (error: unknown): boolean =>
  isPlimsollError(error) && ['CONTROL_UNREACHABLE', 'CONTROL_DOWN'].includes(error.code);
