/** A Grafana dashboard over what `/metrics` shows. Pure. */

import { PANEL_ROWS } from './dashboard-panels.ts';
import type { PanelSpec } from './panel-spec.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: typeof SOURCE;
  readonly format?: string;
  readonly instant?: boolean;
}

export interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: typeof SOURCE;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: object;
  readonly options?: object;
  readonly collapsed?: boolean;
  readonly panels?: readonly [];
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
const SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
/** Of Grafana 10.4; newer ones bring it up to their own. */
const SCHEMA_VERSION = 39;

const WIDE = 24;
const HEIGHT = 8;

/** Rows of panels from left to right, a new line where one is full. */
function placed(): readonly GrafanaPanel[] {
  const panels: GrafanaPanel[] = [];
  let [y, id] = [0, 0];
  for (const { title, panels: plans } of PANEL_ROWS) {
    panels.push({
      id: ++id,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: WIDE, h: 1 },
      panels: [],
    });
    y += 1;
    let x = 0;
    for (const plan of plans) {
      const w = plan.width ?? (plans.length % 3 === 0 ? 8 : 12);
      if (x + w > WIDE) [x, y] = [0, y + HEIGHT];
      panels.push(panelOf(plan, ++id, { x, y, w, h: HEIGHT }));
      x += w;
    }
    y += HEIGHT;
  }
  return panels;
}

function panelOf(plan: PanelSpec, id: number, gridPos: GrafanaPanel['gridPos']): GrafanaPanel {
  const {
    title,
    about,
    type = 'timeseries',
    unit = 'short',
    queries,
    max,
    stacked = false,
    band = false,
  } = plan;
  const targets = queries.map(
    ([expr, legendFormat], k): Target => ({
      refId: String.fromCharCode(65 + k),
      ...{ expr, legendFormat, datasource: SOURCE },
      ...(type === 'table' ? { format: 'table', instant: true } : {}),
      ...(type === 'heatmap' ? { format: 'heatmap' } : {}),
    }),
  );
  const custom =
    type === 'timeseries'
      ? {
          custom: {
            fillOpacity: stacked ? 20 : 0,
            lineWidth: 1,
            showPoints: 'never',
            stacking: { mode: stacked ? 'normal' : 'none' },
          },
        }
      : {};
  const defaults = { unit, ...(max === undefined ? {} : { min: 0, max }), ...custom };
  const overrides = band ? ['lower', 'upper'].map(dashed) : [];
  return {
    ...{ id, type, title, description: about, datasource: SOURCE, gridPos, targets },
    fieldConfig: { defaults, overrides },
    options: OPTIONS[type],
  };
}

/** Ends of a band are dashed, so that the value is what is seen. */
const dashed = (bound: string): object => ({
  matcher: { id: 'byRegexp', options: `/ ${bound}$/` },
  properties: [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 6] } }],
});

const OPTIONS: Readonly<Record<NonNullable<PanelSpec['type']>, object>> = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom' },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  heatmap: {
    calculate: false,
    yAxis: { unit: 's' },
    color: { scheme: 'Oranges', mode: 'scheme' },
    cellGap: 0,
  },
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' },
  table: { showHeader: true },
};

/** A choice of what a query finds, several at a time. */
const variable = (name: string, label: string, query: string) => ({
  ...{ name, label, type: 'query', datasource: SOURCE, refresh: 2, sort: 1 },
  ...{ query: { query, refId: name }, definition: query },
  ...{ multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
});

export const grafanaDashboard = (title: string) => ({
  ...{ title, uid: 'plimsoll', tags: ['plimsoll', 'machine learning'], schemaVersion: SCHEMA_VERSION },
  ...{ editable: true, graphTooltip: 1, refresh: '30s', timezone: '', version: 1 },
  time: { from: 'now-6h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', label: 'Source', type: 'datasource', query: 'prometheus' },
      variable('model', 'Model', 'label_values(inference_requests_total, model_name)'),
      variable(
        'version',
        'Version',
        'label_values(inference_requests_total{model_name=~"$model"}, model_version)',
      ),
      variable('endpoint', 'Endpoint', 'label_values(monitor_last_success_timestamp_seconds, endpoint)'),
    ],
  },
  annotations: {
    list: [
      {
        ...{ name: 'Alerts', datasource: SOURCE, enable: true, iconColor: 'red' },
        expr: 'sum by (endpoint, alertname) (model_alerts_firing{endpoint=~"$endpoint"}) > 0',
        ...{ titleFormat: '{{alertname}}', textFormat: '{{endpoint}}', step: '60s' },
      },
    ],
  },
  panels: placed(),
});
