import type { ExperimentView, RolloutView } from '../../api/generated/control-api.ts';
import { differenceWords } from '../../facts/words.ts';
import { CurveChart } from '../../ui/curve-chart.tsx';
import { barOf, contrastWords, type MetricResult } from './metric-words.ts';

interface LookChartProps {
  readonly rollout: RolloutView;
  readonly experiment: ExperimentView;
  /** The arm in the metric that decides. */
  readonly contrast: MetricResult;
  /** When it was asked for. */
  readonly now: number;
}

/** Room above and below what is drawn, as a part of it. */
const ROOM = 0.12;

/** How far an arm stood from control at every look: a band that narrows, against the line that decides. */
export function LookChart({ rollout, experiment, contrast, now }: LookChartProps) {
  const { arm, metric, scale } = contrast;
  const looks = experiment.looks.filter((look) => look.arm === arm);
  const bar = barOf(contrast, experiment.rule);
  const end = rollout.endedAt === null ? now : Date.parse(rollout.endedAt);
  return (
    <CurveChart
      label={`${arm} against control in ${metric} at every look: ${contrastWords(contrast)}. It is decided where the whole band lies on one side of ${bar === 0 ? 'no difference' : differenceWords(bar, scale)}.`}
      valueTitle={`${metric}, ${arm} less control${scale === 'share' ? ', points of percent' : ', a unit'}`}
      curves={[
        {
          ...{ name: arm, ink: 'arm' },
          points: looks.map(({ at, estimate, lower, upper }) => ({
            ...{ at, value: estimate, low: lower, high: upper },
          })),
        },
      ]}
      bounds={[
        {
          text: bar === 0 ? 'no difference' : `${differenceWords(bar, scale)}: a loss still allowed`,
          value: bar,
          ink: 'plain',
        },
      ]}
      from={Date.parse(rollout.startedAt)}
      to={Math.max(end, looks.at(-1)?.at ?? 0)}
      range={rangeOf(looks, bar)}
      format={(value) => differenceWords(value, scale)}
    />
  );
}

/** Of the later half: the first intervals are so wide that nothing else would be seen. */
function rangeOf(looks: ExperimentView['looks'], bar: number): readonly [number, number] {
  const known = looks.filter(({ lower, upper }) => lower !== null && upper !== null);
  const later = known.slice(Math.floor(known.length / 2));
  const estimates = looks.slice(Math.floor(looks.length / 2)).flatMap(({ estimate }) => estimate ?? []);
  const values = [bar, ...estimates, ...later.flatMap(({ lower, upper }) => [lower ?? bar, upper ?? bar])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || 1) * ROOM;
  return [low - room, high + room];
}
