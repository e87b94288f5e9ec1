import { type ErrorCode, isPlimsollError, PlimsollError } from '../../core/errors.ts';
import { compatibility } from '../../model/compatibility.ts';
import type { Signature } from '../../model/signature.ts';
import type { Check } from '../../store/store.ts';
import { bytesText } from '../../text/bytes.ts';
import { frameworkText } from '../../text/framework.ts';
import { microsText } from '../../text/numbers.ts';
import { type AdmitOptions, type AdmittedVersion, admitFile } from '../admit.ts';
import type { FileFacts } from '../file-facts.ts';
import type { LoadingCost } from '../loading.ts';
import { saidOfLayers } from '../python/sandbox-layers.ts';
import type { AcceptedVersion, VersionVerification } from '../version.ts';
import { warmUp } from '../warm.ts';

/** What stands between a file and a version that is ready. */
type CheckName =
  | 'checksum'
  | 'format'
  | 'environment'
  | 'sandbox'
  | 'clean room'
  | 'golden'
  | 'self-test'
  | 'signature'
  | 'warm-up'
  | 'memory';

export interface AcceptanceTrial {
  readonly path: string;
  readonly admission: AdmitOptions;
  /** Asked once the file was admitted: whether it turned out to be a version that stays what it is. */
  stays(): boolean;
  /** What callers of the endpoint rely on, or null where there are none. */
  current(): Promise<Signature | null>;
  /** Whether callers are said to be ready for changes that break them. */
  readonly breaking: boolean;
  /** Processes that will each hold the version. */
  readonly copies: number;
  /** Bytes of memory that are free. */
  available(): number;
  /** Told the checks that have passed so far whenever there are more. */
  readonly onChecks?: ((passed: readonly Check[]) => void) | undefined;
}

export interface TrialOutcome {
  readonly checks: readonly Check[];
  /** What says why it was refused; null where all checks passed. */
  readonly refusal: PlimsollError | null;
}

/** Errors that say something about the file, and not about the machine or the request. */
const ABOUT_THE_FILE: ReadonlySet<ErrorCode> = new Set([
  ...(['READ_TRUNCATED', 'READ_LIMIT', 'READ_CORRUPT', 'READ_UNSAFE', 'FORMAT_UNKNOWN'] as const),
  ...(['MODEL_UNSUPPORTED', 'MODEL_INVALID', 'MODEL_NOT_FITTED', 'MODEL_TOO_LARGE'] as const),
  ...(['GRAPH_INVALID', 'GRAPH_UNKNOWN', 'GRAPH_LIMIT', 'GRAPH_NOT_LOADED', 'GRAPH_FAILED'] as const),
  ...(['ENGINE_CRASHED', 'ENGINE_TIMEOUT', 'ENGINES_DISAGREE', 'GOLDEN_DIFFERS', 'INPUT_INVALID'] as const),
  ...(['SAVED_INVALID', 'PYTHON_MODULE_MISSING', 'PYTHON_VERSION_DIFFERS', 'PYTHON_LOAD_FAILED'] as const),
  ...(['PYTHON_SIGNATURE_UNKNOWN', 'PYTHON_FAILED', 'PYTHON_OUTPUT_INVALID', 'PYTHON_WORKER_ENDED'] as const),
  ...(['REQUIREMENTS_UNRESOLVED', 'ENVIRONMENT_FAILED'] as const),
  ...(['ACCEPT_TIMEOUT', 'ACCEPT_CRASHED', 'SIGNATURE_BREAKING', 'WARM_UP_FAILED', 'MEMORY_SHORT'] as const),
]);

/** Checks that take place within the acceptance of the file; only the code tells which one failed. */
const CHECK_OF: { readonly [code in ErrorCode]?: CheckName } = {
  ENGINES_DISAGREE: 'self-test',
  GOLDEN_DIFFERS: 'golden',
  PYTHON_VERSION_DIFFERS: 'environment',
  REQUIREMENTS_UNRESOLVED: 'environment',
  ENVIRONMENT_FAILED: 'environment',
  PYTHON_MODULE_MISSING: 'clean room',
  PYTHON_LOAD_FAILED: 'clean room',
  PYTHON_OUTPUT_INVALID: 'clean room',
  PYTHON_WORKER_ENDED: 'clean room',
};

/**
 * Puts a file through everything that makes a version ready, and stops at the first check that fails. What says nothing
 * about the file (a full disk, golden rows that are no JSON) is thrown.
 */
export async function tryVersion(trial: AcceptanceTrial): Promise<TrialOutcome> {
  const { admission } = trial;
  const checks: Check[] = [];
  const pass = (...more: readonly Check[]): void => {
    checks.push(...more);
    trial.onChecks?.([...checks]);
  };
  let stage: CheckName = 'format';
  try {
    const version = await admitFile(trial.path, tellingChecks(trial));
    pass(...admissionLines(version, admission.golden !== undefined));
    if (trial.stays()) return { checks, refusal: null };
    stage = 'signature';
    pass(passed(stage, signatureLine(await trial.current(), version, trial)));
    stage = 'warm-up';
    const loading = version.loading ?? (await warmedApart(version, admission));
    const millis = Math.ceil(loading.millis);
    pass(passed(stage, `loaded and answering after ${millis} ms in a process of its own`));
    stage = 'memory';
    pass(passed(stage, memoryLine(trial, loading)));
    return { checks, refusal: null };
  } catch (error) {
    if (!isPlimsollError(error) || !ABOUT_THE_FILE.has(error.code)) throw error;
    // Rows that are refused while the file is accepted are golden ones.
    const refusesGolden =
      error.code === 'INPUT_INVALID' && stage === 'format' && admission.golden !== undefined;
    const name = CHECK_OF[error.code] ?? (refusesGolden ? 'golden' : stage);
    const detail = `${error.message}${ownWay(error)} (${error.code})`;
    // What came of its code, by the layers that held while it ran.
    const { sandbox } = error.details;
    const held = typeof sandbox === 'string' ? [passed('sandbox', sandbox)] : [];
    return { checks: [...checks, ...held, { name, ok: false, detail }], refusal: error };
  }
}

/** The admission, with each check told as it passes; once all have, `admissionLines` says them again with what was measured. */
function tellingChecks({ admission, onChecks }: AcceptanceTrial): AdmitOptions {
  if (onChecks === undefined) return admission;
  const { onIdentified, onFinding, golden } = admission;
  let early: readonly Check[] = [];
  const tell = (checks: readonly Check[]): void => {
    early = checks;
    onChecks(checks);
  };
  return {
    ...admission,
    async onIdentified(digest) {
      await onIdentified?.(digest);
      tell([passed('checksum', `sha256 ${digest}`), ...early]);
    },
    onFinding(finding) {
      onFinding?.(finding);
      if (finding.kind === 'verified')
        tell([...early, ...verifiedLines(finding.verification, golden !== undefined)]);
      else if (finding.facts.compiles) tell([...early, passed('format', readLine(finding.facts))]);
    },
  };
}

/** The way on where it depends on what was found; the table of errors says the others by the code. */
function ownWay({ code, hint }: PlimsollError): string {
  const { hint: general } = new PlimsollError(code);
  return /\{\w+\}/.test(general) ? `. ${hint}` : '';
}

function warmedApart(version: AcceptedVersion, { onProgress }: AdmitOptions): Promise<LoadingCost> {
  onProgress?.('warming up');
  return warmUp(version);
}

/** What the acceptance has seen to: with it, all of these passed. */
function admissionLines(version: AdmittedVersion, golden: boolean): readonly Check[] {
  const { digest, verification } = version.manifest;
  return [
    passed('checksum', `sha256 ${digest}`),
    passed('format', formatLine(version)),
    ...pythonLines(version),
    ...verifiedLines(verification, golden),
  ];
}

const verifiedLines = (verification: VersionVerification, golden: boolean): readonly Check[] => [
  ...(golden ? [passed('golden', compared(verification, 'the expected outputs'))] : []),
  passed('self-test', selfTestLine(verification)),
];

const readLine = ({
  framework,
  format,
  compression,
}: Pick<FileFacts, 'framework' | 'format' | 'compression'>): string =>
  `${frameworkText(framework)} (${compression ? `${format}, ${compression}` : format})`;

/** What it runs in, and what it could not do there. */
function pythonLines({ manifest, notes }: AdmittedVersion): readonly Check[] {
  const { python } = manifest;
  if (python === undefined) return [];
  const { provedWith, environment, layers, trust } = python;
  const allowed = trust.allow.length === 0 ? '' : `; ${trust.allow.join(' and ')} allowed`;
  const told = notes.length === 0 ? '' : `; ${notes.join('; ')}`;
  return [
    passed('environment', `Python ${provedWith}, lock ${environment.slice(0, 12)}${told}`),
    passed('sandbox', `${saidOfLayers(layers)}${allowed}`),
    passed('clean room', `loaded there, and it answers; trusted by ${trust.by}`),
  ];
}

const passed = (name: CheckName, detail: string): Check => ({ name, ok: true, detail });

function formatLine({ manifest }: AcceptedVersion): string {
  const { runtime, rowMicros, joined } = manifest;
  const told = joined === undefined ? '' : `; ${joined}`;
  return `${readLine(manifest)}, runs on ${runtime} in ${microsText(rowMicros)} a row${told}`;
}

function signatureLine(
  current: Signature | null,
  { manifest }: AcceptedVersion,
  { breaking, admission }: AcceptanceTrial,
): string {
  if (!current) return 'no version answers yet that callers rely on';
  const found = compatibility(current, manifest.signature);
  const differences = found.breaking.map(({ text }) => text);
  if (differences.length > 0 && !breaking)
    throw new PlimsollError('SIGNATURE_BREAKING', {
      model: admission.name,
      count: differences.length,
      differences: told(differences),
    });
  const compatible = found.compatible.map(({ text }) => text);
  if (differences.length > 0)
    return `breaking, as was said to be wanted: ${told([...differences, ...compatible])}`;
  return compatible.length > 0 ? `compatible: ${told(compatible)}` : 'the same inputs and outputs';
}

const TOLD_MAX = 20;

function told(texts: readonly string[]): string {
  const more = texts.length > TOLD_MAX ? `; and ${texts.length - TOLD_MAX} more` : '';
  return texts.slice(0, TOLD_MAX).join('; ') + more;
}

function selfTestLine(verification: VersionVerification): string {
  switch (verification.proof) {
    case 'golden':
      return 'the golden rows prove it; its engines do not contradict each other';
    case 'engines-agree':
      return compared(verification, 'each other by two engines');
    case 'single-engine':
      return 'there is one engine for it only, and nothing to compare with: give golden rows';
  }
}

function compared({ rows, cells, differingBits }: VersionVerification, what: string): string {
  const same =
    differingBits === 0 ? 'equal to the bit' : `${differingBits} differ in rounding, within tolerance`;
  return `${cells} cells of ${rows} rows compared with ${what}: ${same}`;
}

function memoryLine({ copies, available, admission }: AcceptanceTrial, loading: LoadingCost): string {
  const resident = loading.residentBytes;
  // One process after the other loads it, and each needs more for a moment.
  const needed = resident * copies + (loading.peakBytes - resident);
  const free = available();
  const numbers = {
    needed: bytesText(needed),
    resident: bytesText(resident),
    available: bytesText(free),
  };
  if (needed > free) throw new PlimsollError('MEMORY_SHORT', { model: admission.name, copies, ...numbers });
  const where = copies === 1 ? 'once loaded' : `in each of ${copies} processes`;
  const who = copies === 1 ? 'it loads' : 'they load';
  return `${numbers.resident} ${where}, ${numbers.needed} while ${who}; ${numbers.available} is free`;
}
