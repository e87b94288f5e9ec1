/** How attributions are written, by the door that asked: in the process that made them, which no prediction waits for. */
import { type Attributions, type Explainer, explanationDocument } from '../../explain/explanation.ts';
import { identityOf } from '../../registry/digest.ts';
import type { BundleManifest } from '../../registry/version.ts';
import type { ExplanationForm, MadeExplanation } from './explanation-outcome.ts';
import { topAttributions } from './top-attributions.ts';

/** What is known of rows once they are explained. */
export interface ExplainedRows {
  readonly explainer: Omit<Explainer<never>, 'explain'>;
  readonly attributions: Attributions;
  readonly manifest: BundleManifest;
  /** Columns of each row to name; null for all. */
  readonly top: number | null;
}

const FORMS = {
  /** One JSON document, as `/predict` answers it. */
  document: (rows: ExplainedRows): MadeExplanation => ({
    kind: 'text',
    text: JSON.stringify(documentOf(rows)),
  }),
  /** The numbers alone. */
  values: ({ explainer, attributions }: ExplainedRows): MadeExplanation => {
    const { method, output, features, baseValues, classes } = explainer;
    const labels = classes === null ? null : [...classes.values];
    return { kind: 'values', method, output, features, baseValues, classes: labels, ...attributions };
  },
} as const satisfies Readonly<Record<ExplanationForm, (rows: ExplainedRows) => MadeExplanation>>;

export const writeExplanation = (form: ExplanationForm, rows: ExplainedRows): MadeExplanation =>
  FORMS[form](rows);

function documentOf({ explainer, attributions, manifest, top }: ExplainedRows): object {
  const document = explanationDocument(explainer, attributions);
  const { features, values, standardErrors, ...rest } = document;
  return {
    ...(top === null ? document : { ...rest, top: topAttributions(explainer, attributions, top) }),
    ...provenanceOf(explainer, manifest),
  };
}

/** Digests of what an explanation was made of: the same ones give the same explanation of the same row. */
function provenanceOf(
  { method }: ExplainedRows['explainer'],
  { digest, sideFiles, background, ...choices }: BundleManifest,
): object {
  const isAgainstRows = background !== undefined && method !== 'tree-path-dependent';
  return {
    model: { digest: `sha256:${identityOf(digest, sideFiles, choices)}` },
    background: isAgainstRows ? { digest: `sha256:${background.digest}`, rows: background.rows } : null,
  };
}
