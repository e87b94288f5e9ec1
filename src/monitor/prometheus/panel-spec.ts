/** What a panel is before it has its place. */
export interface PanelSpec {
  readonly title: string;
  readonly about: string;
  readonly type?: 'timeseries' | 'heatmap' | 'stat' | 'table';
  readonly unit?: string;
  readonly width?: number;
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  /** Series that are the ends of a band around another. */
  readonly band?: boolean;
  readonly max?: number;
  readonly stacked?: boolean;
}
