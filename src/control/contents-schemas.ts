/** What is told of the inside of versions, and of how two of them differ: the types of the port, and what the control API publishes. */
import type { Static } from 'typebox';
import { OUTLINE, STEP_CHANGE, TREE_PART } from '../outline/outline-schemas.ts';
import { SIGNATURE_OUTLINE } from '../outline/signature-outline.ts';
import { computedNumber } from '../schema/transformed.ts';
import {
  anyInteger,
  anyText,
  anything,
  choice,
  described,
  flag,
  list,
  nullable,
  shape,
  tableOf,
} from '../schema/value-schema.ts';

const WORST_CELL = shape({
  output: anyText,
  row: anyInteger,
  column: anyInteger,
  left: anything,
  right: anything,
  relative: computedNumber,
});

export const CERTIFICATE_VIEW = shape({
  file: anyText,
  digest: described(anyText, 'sha256 of the file, hex'),
  size: described(anyInteger, 'Bytes'),
  sideFiles: described(
    list(shape({ name: anyText, digest: anyText })),
    'Files beside it that it was read from',
  ),
  format: anyText,
  framework: anyText,
  runtime: anyText,
  rowMicros: computedNumber,
  signature: SIGNATURE_OUTLINE,
  verification: shape({
    proof: anyText,
    goldenOf: described(nullable(anyText), '`file` where the golden rows are those of the file itself'),
    rows: anyInteger,
    cells: anyInteger,
    differingBits: described(anyInteger, 'Cells whose bits differ, within what is promised'),
    seed: anyInteger,
    worst: nullable(WORST_CELL),
  }),
  hasGolden: flag,
  hasReference: flag,
  hasReasons: flag,
  background: described(
    nullable(shape({ digest: anyText, rows: anyInteger, of: anyText })),
    'Rows that explanations are made against',
  ),
  choices: described(
    list(shape({ name: anyText, value: anyText })),
    'What was chosen of the file when it was sent',
  ),
  joined: described(nullable(anyText), 'What it was made of, where its file holds several things'),
  origin: described(nullable(anyText), 'What wrote the folder that it came in'),
  example: described(anything, 'A row that it takes; long lists are cut'),
  environment: described(
    nullable(
      shape({
        lock: described(anyText, 'Digest of its packages'),
        provedWith: described(anyText, 'Version of Python'),
        script: nullable(anyText),
        layers: list(shape({ name: anyText, active: flag, how: anyText })),
        residentBytes: described(computedNumber, 'Of one worker once it is warm'),
      }),
    ),
    'Where it runs with Python',
  ),
});

export const CONTENTS_VIEW = shape({
  outline: OUTLINE,
  imports: described(
    list(
      shape({
        module: anyText,
        from: choice(['standard library', 'distribution', 'own code', 'not found']),
        distribution: nullable(anyText),
        names: list(anyText),
      }),
    ),
    'Modules that Python would import of it',
  ),
  runs: described(
    list(
      shape({
        name: anyText,
        how: choice(['called', 'named', 'script']),
        offset: described(nullable(anyInteger), 'Byte of the file that names it'),
      }),
    ),
    'What Python would run of it',
  ),
  packages: described(list(shape({ name: anyText, version: anyText })), 'Pinned, where it runs with Python'),
});

const VALUES = tableOf(anyText, anything);

export const GOLDEN_VIEW = shape({
  rows: anyInteger,
  of: nullable(choice(['given', 'file'])),
  tolerance: nullable(shape({ rtol: computedNumber, atol: computedNumber })),
  unanswered: described(nullable(anyText), 'Why they are not answered here; null where they are'),
  items: list(
    shape({
      row: anyInteger,
      input: anything,
      expected: VALUES,
      answered: nullable(VALUES),
      deviation: described(
        nullable(computedNumber),
        'Largest relative distance of its numbers; 1 where a label is another',
      ),
    }),
  ),
  next: described(nullable(anyText), 'Cursor of the next part; null at the end'),
});

const CHECK_STATE = nullable(shape({ ok: flag, detail: anyText }));

export const DIFFERENCE_VIEW = shape({
  model: anyText,
  from: anyInteger,
  to: anyInteger,
  signature: described(
    nullable(shape({ breaking: list(anyText), compatible: list(anyText) })),
    'What changes for callers; null where one of them has no bundle any more',
  ),
  facts: described(
    list(shape({ name: anyText, before: nullable(anyText), after: nullable(anyText) })),
    'Those that differ',
  ),
  rowMicros: shape({ before: nullable(computedNumber), after: nullable(computedNumber) }),
  checks: described(
    list(shape({ name: anyText, before: CHECK_STATE, after: CHECK_STATE })),
    'Of both, as they were registered',
  ),
  steps: list(STEP_CHANGE),
  omittedSteps: anyInteger,
  packages: list(shape({ name: anyText, before: nullable(anyText), after: nullable(anyText) })),
  answers: described(
    nullable(
      shape({
        rows: described(anyInteger, 'Rows that both answered'),
        of: described(
          choice(['golden', 'background', 'made', 'example']),
          'Golden rows, rows kept for explanations, rows made of the thresholds and categories of both, or their examples',
        ),
        refusedBefore: anyInteger,
        refusedAfter: anyInteger,
        outputs: list(
          shape({
            output: anyText,
            differing: described(anyInteger, 'Rows of which any number or label differs'),
            largest: nullable(computedNumber),
            mean: nullable(computedNumber),
          }),
        ),
        worst: described(
          list(
            shape({
              input: described(anything, 'Null where it is kept for explanations and the key may only look'),
              answers: list(
                shape({
                  output: anyText,
                  before: anything,
                  after: anything,
                  distance: described(nullable(computedNumber), 'Null where it is one of labels'),
                }),
              ),
            }),
          ),
          'Rows with another label first, then those that are furthest apart; outputs that differ',
        ),
      }),
    ),
    'What both answered to the same rows',
  ),
  unanswered: described(nullable(anyText), 'Why they were not asked'),
});

export type CertificateView = Static<typeof CERTIFICATE_VIEW>;
export type ContentsView = Static<typeof CONTENTS_VIEW>;
export type GoldenView = Static<typeof GOLDEN_VIEW>;
export type DifferenceView = Static<typeof DIFFERENCE_VIEW>;

export const TREE_VIEW = TREE_PART;
