import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Cell of an expected output: null is NaN, infinities are strings where the output holds numbers. */
export type Cell = number | string | boolean | null;
/** An expected output: `[N]`, `[N, k]`, or a list of matrices. */
export type Expected = readonly (Cell | readonly (Cell | readonly Cell[])[])[];

/** A body that the library refuses; by `formula`, which no signature tells of. */
interface FixtureRefusal {
  readonly input: unknown;
  readonly why: string;
  readonly formula?: boolean;
}

/** What `tools/fixtures/case.py` writes beside a model file: rows, and what the library itself answers. */
export interface Fixture {
  readonly version: string;
  readonly class: string;
  /** Class names of the object and of everything it holds. */
  readonly estimators: readonly string[];
  /** Of boosters: the objective as the file says it, what is special about the training, and the way of saving. */
  readonly objective?: string;
  readonly option?: string;
  readonly saved?: string;
  /** A /predict body. */
  readonly input: unknown;
  readonly expected: Readonly<Record<string, Expected>>;
  readonly classes: readonly unknown[] | null;
  /** Per row and target: Σ|terms| of the dot products behind the answer. */
  readonly terms?: readonly (readonly number[])[];
  /** Rows whose last neighbour is as far away as the next point, which are not told apart by distance. */
  readonly tied?: readonly number[];
  /** Bodies that the library refuses, with its own words. */
  readonly refused?: readonly FixtureRefusal[];
}

export interface FixtureFile {
  /** `sklearn-1.3.2`. */
  readonly release: string;
  readonly name: string;
  /** Path of the model file. */
  readonly model: string;
  /** Path of the JSON beside it. */
  readonly answers: string;
}

/** Every model file with answers beside it below `root`, one folder a release, in a stable order. */
export function listFixtures(root: string): FixtureFile[] {
  const releases = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return releases.flatMap(({ name }) => listRelease(join(root, name))).sort(byReleaseAndName);
}

function listRelease(folder: string): FixtureFile[] {
  const files = readdirSync(folder);
  const models = new Map(
    files
      .filter((file) => /\.(joblib|pkl|txt|cbm|catboost|xgb|ubj|bst)$/.test(file))
      .map((file) => [stem(file), file]),
  );
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const model = models.get(stem(file));
      if (model === undefined) throw new Error(`${join(folder, file)} has no model file beside it`);
      const answers = join(folder, file);
      return { release: basename(dirname(answers)), name: stem(file), model: join(folder, model), answers };
    });
}

export const readFixture = (file: FixtureFile): Fixture =>
  JSON.parse(readFileSync(file.answers, 'utf8')) as Fixture;

const stem = (file: string): string => file.replace(/\.\w+$/, '');

const byReleaseAndName = (a: FixtureFile, b: FixtureFile): number =>
  a.release.localeCompare(b.release, 'en', { numeric: true }) || (a.name < b.name ? -1 : 1);

/** Rows of a /predict body, cell by cell. */
export const rowsOf = (body: unknown): Cell[][] => {
  const { dataframe_split: split, instances } = body as Body;
  return (split?.data ?? instances!).map((row) => (Array.isArray(row) ? row : [row]) as Cell[]);
};

/** Names of the columns of a /predict body; null where it has none. */
export const namesOf = (body: unknown): readonly string[] | null =>
  (body as Body).dataframe_split?.columns ?? null;

interface Body {
  readonly dataframe_split?: { readonly columns: readonly string[]; readonly data: readonly unknown[][] };
  readonly instances?: readonly unknown[];
}
