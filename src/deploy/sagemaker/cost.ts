/** What the chosen instances cost while they are there, as far as it is known. Pure. */
import { builtInPrices } from '../../advise/prices/built-in.ts';
import type { SageMakerDocument } from './document.ts';

/** Where the prices of instances are from. They change: they are dated, and say so wherever they are shown. */
export function sageMakerPricesFrom(): {
  readonly date: string;
  readonly region: string;
  readonly source: string;
} {
  const { region, sagemaker } = builtInPrices();
  return { date: sagemaker.date, region, source: sagemaker.source };
}

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
  const prices = builtInPrices();
  const billed = kind === 'multi-model' ? versions.slice(0, 1) : versions;
  return billed.map(({ model, version, instance, instances, scaling }) => {
    const count = { least: scaling?.min ?? instances, most: scaling?.max ?? instances };
    const price = region === prices.region ? prices.sagemaker.instances.get(instance)?.hour : undefined;
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
  const { date, region, source } = sageMakerPricesFrom();
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
