/** Versions of packages as PEP 440 defines and orders them. Pure. */
import { valueOfKey } from '../core/element-at.ts';

const PATTERN =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|beta|preview|pre|a|b|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(?:post|rev|r)[-_.]?(\d*))?([-_.]?dev[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;

/** A longer text is no version that anybody publishes. */
const LENGTH_LIMIT = 128;

/** Parts of a version. */
export interface PackageVersion {
  readonly release: readonly number[];
  readonly local: string | null;
  /** Whether it is its release alone: no phase, no post-release, no local label. */
  readonly final: boolean;
  /** Numbers that order versions, compared one after the other. */
  readonly order: readonly number[];
}

/** Null where a text is no version. */
export function parseVersion(text: string): PackageVersion | null {
  const match = text.length > LENGTH_LIMIT ? null : PATTERN.exec(text.trim());
  if (match === null) return null;
  const [, epoch, release, phase, number, implicitPost, post, dev, devNumber, local] = match;
  const segments = release!.split('.').map(Number);
  const isPost = implicitPost !== undefined || post !== undefined;
  const isDev = dev !== undefined;
  // A version in development precedes its pre-releases, those precede the release, that its post-releases (PEP 440).
  const pre = phase === undefined ? (isDev && !isPost ? -1 : 3) : valueOfKey(PHASES, phase.toLowerCase());
  const order = [
    Number(epoch ?? 0),
    ...padded(segments),
    pre,
    Number(number || 0),
    isPost ? 1 : 0,
    Number((implicitPost ?? post) || 0),
    isDev ? 0 : 1,
    Number(devNumber || 0),
  ];
  return { release: segments, local: local ?? null, final: text.trim() === release, order };
}

const PHASES: Readonly<Record<string, number>> = {
  a: 0,
  alpha: 0,
  b: 1,
  beta: 1,
  c: 2,
  rc: 2,
  pre: 2,
  preview: 2,
};

/** `1.2` and `1.2.0` are the same version. */
const padded = (segments: readonly number[]): number[] =>
  Array.from({ length: 8 }, (_, index) => segments[index] ?? 0);

/** Negative where `left` is older, 0 where they are the same but for local labels. What is no version is older than all. */
export function compareVersions(left: string, right: string): number {
  const first = parseVersion(left)?.order ?? [-1];
  const second = parseVersion(right)?.order ?? [-1];
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
