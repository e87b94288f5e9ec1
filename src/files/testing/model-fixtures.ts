import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** For tests: the files of models among the fixtures. */

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
/** What lies beside models, and what is read with something beside it. */
const NO_MODEL = /\.(?:json|csv|npy|py|txt|md|yaml)$|\/(?:tensorflow|operators|attributions|parts|mlflow)\//;
const MODEL = /\/models\/|\.(?:skops|pmml)$/;

export interface ModelFixture {
  readonly path: string;
  /** Below the folder of fixtures. */
  readonly name: string;
  /** The first seed of its own, which stays when other files come. */
  readonly seed: number;
}

/** Models of every library and release, in the order of their names. */
export const modelFixtures = (): readonly ModelFixture[] =>
  readdirSync(FIXTURES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => MODEL.test(path) && !NO_MODEL.test(path))
    .sort()
    .map((path) => {
      const name = path.slice(FIXTURES.length + 1);
      return { path, name, seed: crc32(name) };
    });
