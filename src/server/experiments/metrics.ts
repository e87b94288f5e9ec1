/** What the experiments that run have found, for Prometheus. Pure. */
import { elementWhere } from '../../core/element-at.ts';
import { catalogFamily } from '../../metrics/catalog.ts';
import type { MetricLabels, MetricPoint } from '../../metrics/metric-family.ts';
import { prometheusText } from '../../metrics/prometheus-text.ts';
import type { ArmContrast, SegmentResult } from '../../rollout/experiment/segment-view.ts';
import type { ExperimentView } from '../../rollout/experiment/view.ts';

/** An experiment and the endpoint that it runs on. */
export interface EndpointExperiment {
  readonly endpoint: string;
  readonly view: ExperimentView;
}

/** All units; those of segments carry the name of the header besides. */
const ALL = 'all';

type Shown = ArmContrast & Pick<SegmentResult, 'segment'>;

/** Every metric over all units; by segment the one that decides, since more would be more series than a Prometheus likes. */
const shownOf = ({ metrics, segments }: ExperimentView): readonly Shown[] => [
  ...metrics.map((standing) => ({ ...standing, segment: ALL })),
  ...segments.filter(({ isPrimary }) => isPrimary),
];

/** A bound that is not known is no sample. */
function differences({ endpoint, view }: EndpointExperiment): readonly MetricPoint[] {
  return shownOf(view).flatMap(({ metric, arm, segment, estimate, lower, upper }) =>
    Object.entries({ point: estimate, lower, upper }).flatMap(([bound, value]) =>
      value === null ? [] : [{ labels: { endpoint, metric, arm, segment, bound }, value }],
    ),
  );
}

/** Of each arm, and once of control. */
function units({ endpoint, view }: EndpointExperiment): readonly MetricPoint[] {
  const control = elementWhere(view.arms, ({ isControl }) => isControl).name;
  const counted = new Map<string, MetricPoint>();
  for (const { metric, arm, segment, units: both } of shownOf(view))
    for (const [name, value] of [
      [arm, both[0]],
      [control, both[1]],
    ] as const) {
      const labels: MetricLabels = { endpoint, metric, arm: name, segment };
      counted.set(JSON.stringify(labels), { labels, value });
    }
  return [...counted.values()];
}

function heterogeneity({ endpoint, view }: EndpointExperiment): readonly MetricPoint[] {
  const asked = view.segments.filter(
    ({ metric, arm }, i, all) => all.findIndex((one) => one.metric === metric && one.arm === arm) === i,
  );
  return asked.map(({ metric, arm }) => ({
    labels: { endpoint, metric, arm },
    value: Number(view.differences.some((found) => found.metric === metric && found.arm === arm)),
  }));
}

/** The file that a scrape takes along, in the Prometheus text format. */
export const experimentMetrics = (experiments: readonly EndpointExperiment[]): string =>
  prometheusText([
    catalogFamily('experiment_metric_difference', experiments.flatMap(differences)),
    catalogFamily('experiment_metric_units', experiments.flatMap(units)),
    catalogFamily('experiment_segments_differ', experiments.flatMap(heterogeneity)),
  ]);
