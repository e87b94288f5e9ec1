import { PlimsollError } from '../../core/errors.ts';
import { compatibility } from '../../model/compatibility.ts';
import { choicesOf } from '../../model/reading-choices.ts';
import type { TreePart } from '../../outline/outline-schemas.ts';
import { signatureOutline } from '../../outline/signature-outline.ts';
import { stepChanges } from '../../outline/step-changes.ts';
import type { TreeChoice } from '../../outline/trees/tree-part.ts';
import { bundleDir, readManifest } from '../../registry/bundle.ts';
import type { InspectedVersion, VersionContents } from '../../registry/inspection/inspected-version.ts';
import { shortenedJson } from '../../registry/inspection/json-rows.ts';
import type { LazyInspector } from '../../registry/inspection/lazy-inspector.ts';
import type { BundleManifest } from '../../registry/version.ts';
import type { JsonValue } from '../../serving/rows/outputs-to-json.ts';
import { cursorOf, keyOf } from '../../store/page.ts';
import type { PageRequest, Store, VersionRow } from '../../store/store.ts';
import { frameworkText } from '../../text/framework.ts';
import type { CertificateView, ContentsView, DifferenceView, GoldenView } from '../contents-schemas.ts';
import { findVersion } from './find.ts';

export interface LocalContentsOptions {
  readonly store: Store;
  readonly dataDir: string;
  readonly inspector: Pick<LazyInspector, 'open' | 'close'>;
}

/** Golden rows in one part, where nothing is said, and at most. */
/** The list in its cursors. */
const GOLDEN = 'golden';
const GOLDEN_USUAL = 20;
const GOLDEN_MOST = 100;
const STEP_CHANGES_MOST = 300;

/** What is in versions: of their manifests at once, of their files by a process of its own. */
export class LocalContents {
  readonly #options: LocalContentsOptions;

  constructor(options: LocalContentsOptions) {
    this.#options = options;
  }

  async certificate(model: string, version: number): Promise<CertificateView> {
    const { digest } = await findVersion(this.#options.store.tables, model, version);
    const manifest = readManifest(bundleDir(this.#options.dataDir, digest));
    if (manifest === null) throw new PlimsollError('BUNDLE_GONE', { model, version, digest });
    return certificateView(manifest);
  }

  async contents(model: string, version: number): Promise<ContentsView> {
    const inspector = await this.#options.inspector.open();
    return inspector.contents(await this.#inspected(model, version));
  }

  async tree(model: string, version: number, step: number, choice: TreeChoice): Promise<TreePart> {
    const inspector = await this.#options.inspector.open();
    return inspector.tree(await this.#inspected(model, version), step, choice);
  }

  async goldenRows(model: string, version: number, { limit, cursor }: PageRequest): Promise<GoldenView> {
    const inspector = await this.#options.inspector.open();
    const [from = 0] = keyOf(GOLDEN, ['number'], { cursor }) ?? [];
    const most = Math.min(GOLDEN_MOST, limit ?? GOLDEN_USUAL);
    const found = await inspector.golden(await this.#inspected(model, version), from, most);
    const end = from + found.items.length;
    return { ...found, next: end < found.rows ? cursorOf(GOLDEN, [end]) : null };
  }

  async difference(model: string, from: number, to: number): Promise<DifferenceView> {
    const { tables } = this.#options.store;
    const [first, second] = [await findVersion(tables, model, from), await findVersion(tables, model, to)];
    const [before, after] = [this.#manifestOf(first), this.#manifestOf(second)];
    const inspector = await this.#options.inspector.open();
    const found =
      before === null || after === null
        ? null
        : await inspector.difference(await this.#inspected(model, from), await this.#inspected(model, to));
    const steps = found === null ? [] : stepChanges(found.before.outline.steps, found.after.outline.steps);
    return {
      ...{ model, from, to },
      signature: before === null || after === null ? null : signatureChanges(before, after),
      facts: changes(factsOf(first, before), factsOf(second, after)),
      rowMicros: { before: before?.rowMicros ?? null, after: after?.rowMicros ?? null },
      checks: checksOf(first, second),
      steps: steps.slice(0, STEP_CHANGES_MOST),
      omittedSteps: Math.max(0, steps.length - STEP_CHANGES_MOST),
      packages: found === null ? [] : changes(packagesOf(found.before), packagesOf(found.after)),
      answers: found?.answers ?? null,
      unanswered: found === null ? 'The file of one of them is not there any more' : found.unanswered,
    };
  }

  /** Throws BUNDLE_GONE where its file is not there (any more, or yet). */
  async #inspected(model: string, version: number): Promise<InspectedVersion> {
    const row = await findVersion(this.#options.store.tables, model, version);
    if (this.#manifestOf(row) === null)
      throw new PlimsollError('BUNDLE_GONE', { model, version, digest: row.digest });
    return { model, version, bundle: bundleDir(this.#options.dataDir, row.digest) };
  }

  #manifestOf({ digest }: VersionRow): BundleManifest | null {
    return readManifest(bundleDir(this.#options.dataDir, digest));
  }
}

function certificateView(manifest: BundleManifest): CertificateView {
  const { file, digest, size, sideFiles, format, framework, runtime, rowMicros } = manifest;
  const { verification, background, python, joined, origin, example } = manifest;
  return {
    ...{ file, digest, size, sideFiles, format, framework: frameworkText(framework), runtime, rowMicros },
    signature: signatureOutline(manifest.signature),
    verification: { ...verification, goldenOf: verification.goldenOf ?? null },
    hasGolden: manifest.golden !== undefined || verification.goldenOf === 'file',
    hasReference: manifest.reference !== undefined,
    hasReasons: manifest.reasons !== undefined,
    background: background ?? null,
    choices: choicesIn(manifest),
    ...{ joined: joined ?? null, origin: origin ?? null, example: shortenedJson(example as JsonValue) },
    environment:
      python === undefined
        ? null
        : {
            ...{ lock: python.environment, provedWith: python.provedWith, script: python.script },
            ...{ layers: python.layers, residentBytes: python.residentBytes },
          },
  };
}

const CHOICE_LENGTH = 200;

const choicesIn = (manifest: BundleManifest): CertificateView['choices'] =>
  Object.entries(choicesOf(manifest)).map(([name, value]) => ({
    name,
    value: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, CHOICE_LENGTH),
  }));

function signatureChanges(before: BundleManifest, after: BundleManifest): DifferenceView['signature'] {
  const { breaking, compatible } = compatibility(before.signature, after.signature);
  const told = (differences: typeof breaking): readonly string[] =>
    differences.slice(0, STEP_CHANGES_MOST).map(({ text }) => text);
  return { breaking: told(breaking), compatible: told(compatible) };
}

type Facts = Readonly<Record<string, string>>;

function factsOf({ file, digest }: VersionRow, manifest: BundleManifest | null): Facts {
  if (manifest === null) return { file, bundle: digest };
  const { format, compression, framework, runtime, size, verification, python } = manifest;
  return {
    ...{ file, bundle: digest, format, library: frameworkText(framework), 'runs on': runtime },
    ...{ size: `${size} bytes`, compression: compression ?? 'none', proof: verification.proof },
    ...Object.fromEntries(choicesIn(manifest).map(({ name, value }) => [name, value])),
    ...(python === undefined ? {} : { Python: python.python, 'digest of packages': python.environment }),
    ...(manifest.background === undefined ? {} : { background: `${manifest.background.rows} rows` }),
  };
}

const packagesOf = ({ packages }: VersionContents): Facts =>
  Object.fromEntries(packages.map(({ name, version }) => [name, version]));

/** What one has and the other has not, or has otherwise. */
const changes = (before: Facts, after: Facts): DifferenceView['facts'] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .map((name) => ({ name, before: before[name] ?? null, after: after[name] ?? null }));

function checksOf(before: VersionRow, after: VersionRow): DifferenceView['checks'] {
  const names = new Set([...before.checks, ...after.checks].map(({ name }) => name));
  const stateIn = ({ checks }: VersionRow, wanted: string) => {
    const found = checks.find(({ name }) => name === wanted);
    return found === undefined ? null : { ok: found.ok, detail: found.detail };
  };
  return [...names].map((name) => ({ name, before: stateIn(before, name), after: stateIn(after, name) }));
}
