/** How attributions are written, by the door that asked: in the process that made them, which no prediction waits for. */
import { type ExplanationDocument, explanationDocument } from '../../explain/explanation.ts';
import type { RowReason } from '../../explain/reasons/row-reasons.ts';
import { identityOf } from '../../registry/digest.ts';
import type { BundleManifest } from '../../registry/version.ts';
import { clarifyExplanations } from './clarify-form.ts';
import { type ExplainedRows, explainedRowCount } from './explained-rows.ts';
import type { ExplanationForm, ExplanationValues, MadeExplanation } from './explanation-outcome.ts';
import { type TopAttributions, topAttributions } from './top-attributions.ts';
import { vertexExplanations } from './vertex-form.ts';

const text = (value: unknown): MadeExplanation => ({ kind: 'text', text: JSON.stringify(value) });

const FORMS = {
  /** One JSON document, as `/predict` answers it. */
  document: (rows: ExplainedRows): MadeExplanation => text(answeredDocument(rows)),
  /** A list of such documents, one a row, as V1 answers them. */
  rows: (rows: ExplainedRows): MadeExplanation => text(rowDocuments(rows)),
  vertex: (rows: ExplainedRows): MadeExplanation => text(vertexExplanations(rows)),
  clarify: (rows: ExplainedRows): MadeExplanation =>
    text({ explanations: { kernel_shap: clarifyExplanations(rows) }, ...clarifyFacts(rows) }),
  /** The numbers alone. */
  values: ({ explainer, attributions, manifest }: ExplainedRows): MadeExplanation => {
    const { method, output, features, baseValues, classes, notes: remarks = [] } = explainer;
    const labels = classes === null ? null : [...classes.values];
    const made = { method, output, features, baseValues, classes: labels, remarks, ...attributions };
    return { kind: 'values', ...made, ...explanationProvenance(explainer, manifest) };
  },
} as const satisfies Readonly<Record<ExplanationForm, (rows: ExplainedRows) => MadeExplanation>>;

export const writeExplanation = (form: ExplanationForm, rows: ExplainedRows): MadeExplanation =>
  FORMS[form](rows);

/** What `/predict` answers of an explanation. */
export interface AnsweredExplanation
  extends Omit<ExplanationDocument, 'features' | 'values'>,
    Partial<Pick<ExplanationDocument, 'features' | 'values'>>,
    Pick<ExplanationValues, 'model' | 'background'> {
  readonly top?: readonly TopAttributions[];
  readonly reasons?: readonly (readonly RowReason[])[];
}

export function answeredDocument(rows: ExplainedRows): AnsweredExplanation {
  const { explainer, attributions, manifest, top, reasons } = rows;
  const document = explanationDocument(explainer, attributions);
  const { features, values, standardErrors, ...rest } = document;
  return {
    ...(top === null ? document : { ...rest, top: topAttributions(explainer, attributions, top) }),
    ...(reasons === null ? {} : { reasons }),
    ...explanationProvenance(explainer, manifest),
  };
}

/** Documents of one row each. */
function rowDocuments(rows: ExplainedRows): readonly object[] {
  const { explainer, attributions, reasons, ...rest } = rows;
  const width = explainer.features.length * explainer.baseValues.length;
  return Array.from({ length: explainedRowCount(rows) }, (_, row) => {
    const cut = (cells: Float64Array): Float64Array => cells.subarray(row * width, (row + 1) * width);
    const { values, standardErrors, ...facts } = attributions;
    const own = {
      ...{ ...facts, values: cut(values) },
      ...(standardErrors && { standardErrors: cut(standardErrors) }),
    };
    return firstOfLists(
      answeredDocument({
        explainer,
        attributions: own,
        reasons: reasons?.slice(row, row + 1) ?? null,
        ...rest,
      }),
    );
  });
}

/** Of lists with one item a row the one item. */
const firstOfLists = (document: object): object =>
  Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      BY_ROW.has(name) ? (value as unknown[])[0] : value,
    ]),
  );
const BY_ROW: ReadonlySet<string> = new Set(['values', 'standardErrors', 'top', 'reasons']);

/** Beside Clarify's own members: how it was made. */
function clarifyFacts({ explainer, attributions, manifest }: ExplainedRows): object {
  const { method, output, baseValues, classes, notes = [] } = explainer;
  const labels = classes === null || baseValues.length === 1 ? null : classes.values.map(String);
  const { additivityError } = attributions;
  const about = { method, output, baseValues: Array.from(baseValues), additivityError };
  return {
    ...(labels === null ? {} : { label_headers: labels }),
    explanation: {
      ...about,
      ...(notes.length === 0 ? {} : { notes }),
      ...explanationProvenance(explainer, manifest),
    },
  };
}

/** Digests of what an explanation was made of: the same ones give the same explanation of the same row. */
export function explanationProvenance(
  { method }: ExplainedRows['explainer'],
  { digest, sideFiles, background, ...choices }: BundleManifest,
): Pick<ExplanationValues, 'model' | 'background'> {
  const isAgainstRows = background !== undefined && method !== 'tree-path-dependent';
  return {
    model: { digest: `sha256:${identityOf(digest, sideFiles, choices)}` },
    background: isAgainstRows ? { digest: `sha256:${background.digest}`, rows: background.rows } : null,
  };
}
