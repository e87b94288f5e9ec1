/** What the dashboard shows of experiments that run. Pure. */
import type { PanelSpec } from './panel-spec.ts';

const RUNNING = 'endpoint=~"$endpoint"';

export const EXPERIMENT_PANELS: readonly PanelSpec[] = [
  {
    title: 'Effect',
    about: 'Difference of each arm to control in each metric, with an interval that holds at every look.',
    band: true,
    queries: [
      [`experiment_metric_difference{${RUNNING},segment="all"}`, '{{endpoint}} {{metric}} {{arm}} {{bound}}'],
    ],
  },
  {
    title: 'Effect by segment',
    about: 'The same of the metric that decides, in each segment; these intervals hold together.',
    band: true,
    queries: [
      [
        `experiment_metric_difference{${RUNNING},segment!="all"}`,
        '{{endpoint}} {{segment}} {{arm}} {{bound}}',
      ],
    ],
  },
  {
    title: 'Units',
    about: 'Units whose values are complete, by arm and segment.',
    queries: [[`experiment_metric_units{${RUNNING}}`, '{{endpoint}} {{metric}} {{segment}} {{arm}}']],
  },
  {
    title: 'Segments that differ',
    about: 'Metrics on which an arm has another effect in one segment than in another.',
    type: 'stat',
    queries: [[`sum by (endpoint, arm) (experiment_segments_differ{${RUNNING}})`, '{{endpoint}} {{arm}}']],
  },
];
