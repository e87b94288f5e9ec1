/** A page of metrics in the format that its reader asks for. Pure. */
import { elementAt } from '../core/element-at.ts';
import type { MetricFamily } from './metric-family.ts';
import { PROTOBUF_TYPE, protobufPage } from './prometheus-protobuf.ts';
import { OPENMETRICS_TYPE, openMetricsText, prometheusText, TEXT_TYPE } from './prometheus-text.ts';

export interface MetricsPage {
  readonly type: string;
  readonly body: string | Uint8Array;
}

type Render = (families: readonly MetricFamily[]) => string | Uint8Array;

const FORMATS: readonly { readonly type: string; readonly render: Render; takes(range: Range): boolean }[] = [
  {
    type: TEXT_TYPE,
    render: prometheusText,
    takes: ({ media }) => /^(?:text\/(?:plain|\*)|\*\/\*)$/.test(media),
  },
  {
    type: OPENMETRICS_TYPE,
    render: openMetricsText,
    takes: ({ media }) => media === 'application/openmetrics-text',
  },
  {
    type: PROTOBUF_TYPE,
    render: protobufPage,
    takes: ({ media, parameters }) =>
      media === 'application/vnd.google.protobuf' &&
      parameters.get('proto') === 'io.prometheus.client.MetricFamily' &&
      parameters.get('encoding') === 'delimited',
  },
];

interface Range {
  readonly media: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/** Renders in the format of the best range of an `Accept` header that can be had; as text where there is none. */
export function metricsPage(families: readonly MetricFamily[], accept: string | undefined): MetricsPage {
  const ranges = (accept ?? '')
    .split(',', 32)
    .map(rangeOf)
    .filter(({ quality }) => quality > 0);
  const best = ranges
    .toSorted((a, b) => b.quality - a.quality)
    .map((range) => FORMATS.find((format) => format.takes(range)))
    .find((format) => format !== undefined);
  const { type, render } = best ?? elementAt(FORMATS, 0);
  return { type, body: render(families) };
}

function rangeOf(text: string): Range {
  const [media = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(
    rest.map((part): [string, string] => {
      const at = part.indexOf('=');
      return [part.slice(0, at).toLowerCase(), part.slice(at + 1).replaceAll('"', '')];
    }),
  );
  const quality = Number(parameters.get('q') ?? 1);
  return { media: media.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 };
}
