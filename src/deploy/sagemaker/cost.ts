/** What the chosen instances cost while they are there, as far as it is known. Pure. */
import type { SageMakerDocument } from './document.ts';

/** Where the table is from. Prices change: it is dated, and says so wherever it is shown. */
export const SAGEMAKER_PRICES_FROM = {
  date: '2026-11-26',
  region: 'us-east-1',
  source:
    'https://aws.amazon.com/sagemaker/pricing, on demand, real-time inference; as listed by public tables of it (JHUAPL-DTC-TA2/wiki docs/sagemaker_instances.md)',
} as const;

/** Dollars an hour and instance. One that is not here has a price that is not known here. */
const HOURLY: ReadonlyMap<string, number> = new Map([
  ['ml.m5.large', 0.115],
  ['ml.m5.xlarge', 0.23],
  ['ml.m5.2xlarge', 0.461],
  ['ml.c5.xlarge', 0.204],
  ['ml.c5.2xlarge', 0.408],
  ['ml.c5.9xlarge', 1.836],
  ['ml.r5.8xlarge', 2.419],
  ['ml.r5.16xlarge', 4.838],
]);
const HOURS_A_MONTH = 730;

interface Range {
  readonly least: number;
  readonly most: number;
}

export interface SageMakerCost {
  readonly what: string;
  readonly instance: string;
  readonly instances: Range;
  /** Dollars, or null where the price is not known. */
  readonly hourly: Range | null;
  readonly monthly: Range | null;
}

/** Of everything that runs whether it is asked or not. */
export function sageMakerCostsOf({ kind, versions, region }: SageMakerDocument): readonly SageMakerCost[] {
  if (kind === 'none' || kind === 'serverless') return [];
  const billed = kind === 'multi-model' ? versions.slice(0, 1) : versions;
  return billed.map(({ model, version, instance, instances, scaling }) => {
    const count = { least: scaling?.min ?? instances, most: scaling?.max ?? instances };
    const price = region === SAGEMAKER_PRICES_FROM.region ? HOURLY.get(instance) : undefined;
    const dollars = (hours: number): Range | null =>
      price === undefined
        ? null
        : { least: rounded(price * hours * count.least), most: rounded(price * hours * count.most) };
    const what = kind === 'multi-model' ? 'all models' : `${model}@${version}`;
    return { what, instance, instances: count, hourly: dollars(1), monthly: dollars(HOURS_A_MONTH) };
  });
}

const rounded = (dollars: number): number => Math.round(dollars * 1000) / 1000;

/** Lines for people. */
export function sageMakerCostLines(document: SageMakerDocument): readonly string[] {
  const costs = sageMakerCostsOf(document);
  if (document.kind === 'serverless')
    return ['Costs: by request and by what is provisioned, which is not known here.'];
  if (costs.length === 0) return ['Costs: batch transforms, for as long as they run.'];
  const range = ({ least, most }: Range): string => (least === most ? `${least}` : `${least} to ${most}`);
  const { date, region, source } = SAGEMAKER_PRICES_FROM;
  return [
    'Costs of its instances, whether they are asked or not:',
    ...costs.map(({ what, instance, instances, hourly, monthly }) => {
      const money =
        hourly === null || monthly === null
          ? `price in ${document.region} unknown here`
          : `${range(hourly)} dollars an hour, ${range(monthly)} a month`;
      return `  ${what}: ${range(instances)} × ${instance}: ${money}`;
    }),
    `  Prices of ${date} in ${region} (${source}).`,
  ];
}
