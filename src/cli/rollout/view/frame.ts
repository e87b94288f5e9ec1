/** What `status` draws of an endpoint and its rollout. */
import type { EndpointView, RolloutView, VersionView } from '../../../control/port.ts';
import type { RouterView } from '../../../deploy/routers/follow.ts';
import type { RouteRow } from '../../../store/store.ts';
import { countText } from '../../../text/count.ts';
import { trustLine } from '../../model/python/trust-line.ts';
import { armLines } from './arms.ts';
import { evidenceLines } from './evidence.ts';
import { experimentLines } from './experiment.ts';
import { forecastLines } from './forecast.ts';
import { differenceLines } from './metrics.ts';
import { elapsedText } from './numbers.ts';
import { routerLines } from './router.ts';
import { stageLines } from './stages.ts';
import { type StyledLine, styledLine, type TextStyle, wordsOf, wrapWords } from './styled-line.ts';

export interface EndpointSnapshot {
  readonly endpoint: EndpointView;
  /** The version that it rests on. */
  readonly stable: Pick<VersionView, 'proof' | 'runtime' | 'python'>;
  /** The rollout that runs, else the last one, or null. */
  readonly rollout: RolloutView | null;
  /** What splits the traffic outside, where something does. */
  readonly router: RouterView | null;
  /** Newest first. */
  readonly routes: readonly RouteRow[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Widest frame: longer lines are no easier to read. */
const WIDEST = 110;

/** The frame as lines of words, for a terminal of `width` columns. */
export function endpointFrame(seen: EndpointSnapshot, width: number): readonly StyledLine[] {
  const { endpoint, stable, rollout, router, routes, now } = seen;
  const inner = Math.min(width, WIDEST);
  const blocks = [
    head(endpoint, stable, rollout),
    ...(rollout === null
      ? [[styledLine('No rollout yet: plimsoll rollout start ', endpoint.name, ' --to VERSION')]]
      : rolloutBlocks(rollout, inner)),
    [...routerLines(router, now, inner), ...routeLines(routes, now, inner)],
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : [[], ...block]));
}

/** The same for a rollout alone. */
export const rolloutFrame = (rollout: RolloutView, width: number): readonly StyledLine[] =>
  [title(rollout), ...rolloutBlocks(rollout, Math.min(width, WIDEST))]
    .filter((block) => block.length > 0)
    .flatMap((block, i) => (i === 0 ? block : [[], ...block]));

function rolloutBlocks(rollout: RolloutView, width: number): readonly (readonly StyledLine[])[] {
  return [
    [...stageLines(rollout, width), ...forecastLines(rollout, width), ...verdictLines(rollout, width)],
    [...armLines(rollout.arms, width), ...copyLines(rollout, width)],
    evidenceLines(rollout, width),
    experimentLines(rollout.experiment, width),
    differenceLines(rollout.metrics, width),
    leftLines(rollout, width),
  ];
}

function head(
  { name, stable, previous, generation, durable }: EndpointView,
  version: EndpointSnapshot['stable'],
  rollout: RolloutView | null,
): StyledLine[] {
  const back = previous === null ? '' : `, rollback goes to version ${previous}`;
  const line: StyledLine = [
    ['bold', name],
    `  version ${stable} is stable${back}`,
    ['dim', `  generation ${generation}`],
  ];
  const lines = [line, ...groundsOf(version), ...memoryLines(durable)];
  return rollout === null ? lines : [...lines, ...title(rollout)];
}

const memoryLines = (durable: EndpointView['durable']): StyledLine[] =>
  durable === false
    ? [
        [
          [
            'yellow',
            'This route is held in memory: the store is unavailable; the route is stored when it returns',
          ],
        ],
      ]
    : [];

/** How the stable version runs, and what that rests on. */
function groundsOf({ proof, runtime, python }: EndpointSnapshot['stable']): StyledLine[] {
  if (runtime === null) return [];
  const text = `runs on ${runtime}, proof: ${proof}`;
  return [[['dim', text]], ...(python === null ? [] : [styledLine(['dim', trustLine(python)])])];
}

const COLOURS: Readonly<Record<RolloutView['state'], TextStyle>> = {
  running: 'cyan',
  holding: 'yellow',
  promoted: 'green',
  'rolled-back': 'red',
  aborted: 'red',
};

function title(rollout: RolloutView): StyledLine[] {
  const { strategy, candidate, stableVersion, state, id, by, startedAt, endedAt } = rollout;
  const minute = (iso: string): string => iso.slice(0, 16).replace('T', ' ');
  const end = endedAt === null ? '' : `, ended ${minute(endedAt)}`;
  return [
    [`${strategy} of version ${candidate} against version ${stableVersion}: `, [COLOURS[state], state]],
    [['dim', `${id}, started ${minute(startedAt)} UTC by ${by}${end}`]],
  ];
}

function verdictLines(rollout: RolloutView, width: number): StyledLine[] {
  const { verdict, reason } = rollout;
  return [
    ...wrapWords('Verdict', [['bold', `${verdict}:`], ...wordsOf(reason)], width),
    ...wrapWords('Harmed', harmWords(rollout), width),
  ];
}

/** The excess over stable's own rate, once there is evidence behind it. */
function harmWords({ evidence, harmedUnits }: RolloutView): readonly StyledLine[number][] {
  const harmed = Math.round(harmedUnits);
  const [name] = Object.entries(evidence).find(([, seen]) => seen.harmedUnits === harmedUnits) ?? [];
  if (harmed === 0 || name === undefined) return wordsOf('none that chance would not explain');
  const again = evidence.errors?.lasting?.candidate ?? 0;
  const lasting = again === 0 ? '' : `; ${countText(again, 'unit')} of the candidate fail again and again`;
  return wordsOf(`about ${countText(harmed, 'unit')} by ${name}${lasting}`).map((word) => ['red', word]);
}

/** Copies are compared in pairs: those who asked are units of stable alone. */
function copyLines({ left }: RolloutView, width: number): StyledLine[] {
  if (left.mirrored === 0) return [];
  const copies = countText(left.mirrored, 'request');
  return wrapWords(
    'Copied',
    wordsOf(`${copies} to the candidate, and compared with what stable answered`),
    width,
  );
}

function leftLines({ left }: RolloutView, width: number): StyledLine[] {
  const { latePieces, missingParts, dropped } = left;
  const parts = [
    latePieces > 0 ? `${countText(latePieces, 'piece')} came too late` : '',
    missingParts > 0 ? `${countText(missingParts, 'part')} of windows went missing` : '',
    dropped > 0 ? `${countText(dropped, 'copy', 'copies')} of requests found no room` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? [] : wrapWords('Left out', wordsOf(parts.join('; ')), width);
}

function routeLines(routes: readonly RouteRow[], now: number, width: number): StyledLine[] {
  return routes.flatMap(({ generation, at, by, reason }, i) =>
    wrapWords(
      i === 0 ? 'Routes' : '',
      [
        `generation ${generation}`,
        ...wordsOf(`${ago(now - at)} by ${by}: ${reason}`).map((word): StyledLine[number] => ['dim', word]),
      ],
      width,
    ),
  );
}

const ago = (millis: number): string => (millis < 1000 ? 'now' : `${elapsedText(millis)} ago`);
