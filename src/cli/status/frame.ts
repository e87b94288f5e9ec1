/** What `status` draws of an endpoint and its rollout. */
import type { EndpointView, RolloutView } from '../../control/port.ts';
import { formatDuration } from '../../rollout/policy/duration.ts';
import type { RouteRow } from '../../store/store.ts';
import { armLines } from './arms.ts';
import { evidenceLines } from './evidence.ts';
import { differenceLines } from './metrics.ts';
import type { Line, Style } from './paint.ts';
import { stageLines } from './stages.ts';

export interface Seen {
  readonly endpoint: EndpointView;
  /** The rollout that runs, else the last one, or null. */
  readonly rollout: RolloutView | null;
  /** Newest first. */
  readonly routes: readonly RouteRow[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Widest frame: longer lines are no easier to read. */
const WIDEST = 110;

/** The frame as lines of words, for a terminal of `width` columns. */
export function frame(seen: Seen, width: number): readonly Line[] {
  const { endpoint, rollout, routes, now } = seen;
  const inner = Math.min(width, WIDEST);
  const blocks = [
    head(endpoint, rollout),
    ...(rollout === null
      ? [[['No rollout yet: plimsoll rollout start ', endpoint.name, ' --to VERSION'] as Line]]
      : rolloutBlocks(rollout, inner)),
    routeLines(routes, now),
  ];
  return blocks.filter((block) => block.length > 0).flatMap((block, i) => (i === 0 ? block : [[], ...block]));
}

/** The same for a rollout alone. */
export const rolloutFrame = (rollout: RolloutView, width: number): readonly Line[] =>
  [[title(rollout)], ...rolloutBlocks(rollout, Math.min(width, WIDEST))]
    .filter((block) => block.length > 0)
    .flatMap((block, i) => (i === 0 ? block : [[], ...block]));

function rolloutBlocks(rollout: RolloutView, width: number): readonly (readonly Line[])[] {
  return [
    [...stageLines(rollout, width), ...verdictLines(rollout)],
    armLines(rollout.arms),
    evidenceLines(rollout, width),
    differenceLines(rollout.metrics),
    [...leftLines(rollout)],
  ];
}

function head({ name, stable, previous, generation }: EndpointView, rollout: RolloutView | null): Line[] {
  const back = previous === null ? '' : `, rollback goes to version ${previous}`;
  const line: Line = [
    ['bold', name],
    `  version ${stable} is stable${back}`,
    ['dim', `  generation ${generation}`],
  ];
  return rollout === null ? [line] : [line, title(rollout)];
}

const COLOURS: Readonly<Record<RolloutView['state'], Style>> = {
  running: 'cyan',
  holding: 'yellow',
  promoted: 'green',
  'rolled-back': 'red',
  aborted: 'red',
};

function title({ strategy, candidate, stableVersion, state, id, by, startedAt }: RolloutView): Line {
  return [
    `${strategy} of version ${candidate} against version ${stableVersion}: `,
    [COLOURS[state], state],
    ['dim', `  ${id}, by ${by}, since ${startedAt.slice(0, 16).replace('T', ' ')}`],
  ];
}

function verdictLines({ verdict, reason, harmedUnits }: RolloutView): Line[] {
  const harmed = Math.round(harmedUnits);
  return [
    ['Verdict   ', ['bold', verdict], `: ${reason}`],
    ['Harmed    ', harmed > 0 ? ['red', unitsHarmed(harmed)] : 'no unit, as far as the evidence shows'],
  ];
}

const unitsHarmed = (count: number): string =>
  `about ${count} ${count === 1 ? 'unit' : 'units'} went wrong on account of the candidate`;

function* leftLines({ left }: RolloutView): Generator<Line> {
  const { lateWindows, missingParts, mirrored, dropped } = left;
  const parts = [
    lateWindows > 0 ? `${lateWindows} windows came too late` : '',
    missingParts > 0 ? `${missingParts} parts of windows are missing` : '',
    dropped > 0 ? `${dropped} of ${mirrored + dropped} copies were dropped` : '',
  ].filter((part) => part !== '');
  if (parts.length > 0) yield ['Left out  ', parts.join('; ')];
}

function routeLines(routes: readonly RouteRow[], now: number): Line[] {
  return routes.map(({ generation, at, by, reason }, i) => [
    i === 0 ? 'Routes    ' : '          ',
    `generation ${generation}  `,
    ['dim', `${ago(now - at)}  ${by}: ${reason}`],
  ]);
}

const ago = (millis: number): string =>
  millis < 1000 ? 'now' : `${formatDuration(Math.floor(millis / 1000) * 1000)} ago`;
