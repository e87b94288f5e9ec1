/** What the chosen machines cost while they are there, as far as it is known. Pure. */
import type { VertexDocument, VertexMachine } from './document.ts';

/** Where the table is from. Prices change: it is dated, and says so wherever it is shown. */
export const VERTEX_PRICES_FROM = {
  date: '2026-09-29',
  source: 'https://cloud.google.com/vertex-ai/pricing, online prediction, us-central1',
} as const;

/** Dollars an hour and machine. A machine that is not here has a price that is not known here. */
const HOURLY: Readonly<Record<string, number>> = { 'e2-standard-2': 0.0770564, 'n1-standard-2': 0.1095 };
const HOURS_A_MONTH = 730;

export interface VertexCost {
  readonly what: string;
  readonly machine: string;
  readonly machines: { readonly least: number; readonly most: number };
  /** Dollars a month, or null where the price is not known. */
  readonly monthly: { readonly least: number; readonly most: number } | null;
}

const hourlyOf = ({ type, accelerators }: VertexMachine): number | null =>
  accelerators > 0 ? null : (HOURLY[type] ?? null);

export const vertexCostsOf = ({ versions }: VertexDocument): readonly VertexCost[] =>
  versions.map(({ model, version, machine, replicas, spot }) => {
    const hourly = spot ? null : hourlyOf(machine);
    const dollars = (machines: number): number =>
      Math.round((hourly ?? 0) * HOURS_A_MONTH * machines * 100) / 100;
    return {
      what: `${model}@${version}`,
      machine: describe(machine, spot),
      machines: { least: replicas.min, most: replicas.max },
      monthly: hourly === null ? null : { least: dollars(replicas.min), most: dollars(replicas.max) },
    };
  });

const describe = ({ type, accelerator, accelerators }: VertexMachine, spot: boolean): string =>
  [type, ...(accelerators > 0 ? [`${accelerators} × ${accelerator}`] : []), ...(spot ? ['spot'] : [])].join(
    ' + ',
  );

/** Lines for people. */
export function vertexCostLines(document: VertexDocument): readonly string[] {
  const { date, source } = VERTEX_PRICES_FROM;
  const lines = vertexCostsOf(document).map(({ what, machine, machines: { least, most }, monthly }) => {
    const count = least === most ? `${least}` : `${least} to ${most}`;
    const money =
      monthly === null
        ? 'price unknown here'
        : `${monthly.least} ${least === most ? '' : `to ${monthly.most} `}dollars a month`;
    return `  ${what}: ${count} × ${machine}: ${money}`;
  });
  return [
    'Costs of its machines, whether they are asked or not:',
    ...lines,
    `  Prices of ${date} (${source}); other regions differ.`,
  ];
}
