/** Names and marks of what a deployment makes on Vertex, in the grammars of its ids and labels. */
import { sha256Hex } from '../../core/sha256.ts';

/** Labels by which a resource is known as ours: small letters, digits, "_" and "-", at most 63. */
export const OWNER_LABEL = 'plimsoll-deployment';
export const DIGEST_LABEL = 'plimsoll-digest';
/** What the traffic split was when we last wrote it: another one was written by somebody else. */
export const SPLIT_LABEL = 'plimsoll-traffic';

/** A sha256 of 64 hexadecimal digits is one too long for a label: the same number in base 36 has at most 50. */
export const labelOf = (digest: string): string => BigInt(`0x${digest}`).toString(36);

/** The digest of a label, or null where it is none. */
export function digestOfLabel(label: string | undefined): string | null {
  if (label === undefined || !/^[0-9a-z]{1,50}$/.test(label)) return null;
  let number = 0n;
  for (const digit of label) number = number * 36n + BigInt(Number.parseInt(digit, 36));
  const hex = number.toString(16).padStart(64, '0');
  return hex.length === 64 ? hex : null;
}

/**
 * Id of a model: what it is made of names it, since a model on Vertex is never changed. At most 63 of `[a-z0-9_-]`, the
 * first neither a digit nor "-" (model_service.proto, UploadModelRequest.model_id).
 */
export const modelId = (deployment: string, content: string): string =>
  `plimsoll-${deployment}-${sha256Hex(content).slice(0, 12)}`;

/** Id of a deployed model: ten digits (endpoint.proto, DeployedModel.id), the first not 0. */
export const deployedId = (content: string): string =>
  String(1_000_000_000n + (BigInt(`0x${sha256Hex(content)}`) % 9_000_000_000n));

/** As many characters as a display name has left beside its mark. */
const CALLED_MAX = 26;

/** `churn@3`; where that is too long, the name of the model is cut, never the number by which weights are set. */
export function calledOf(model: string, version: number): string {
  const number = `@${version}`;
  return `${model.slice(0, CALLED_MAX - number.length)}${number}`;
}

/** What a deployed model, which has no labels, says of itself: `churn@3 plimsoll:DEPLOYMENT:DIGEST`. */
export const markedName = (called: string, deployment: string, digest: string): string =>
  `${called.slice(0, CALLED_MAX)} plimsoll:${deployment}:${labelOf(digest)}`;

/** The same read back; null where it does not say so. */
export function readMarkedName(
  name: string | null | undefined,
): { readonly called: string; readonly deployment: string; readonly digest: string | null } | null {
  const [, called, deployment, label] = /^(.*) plimsoll:([a-z0-9-]+):([0-9a-z]+)$/.exec(name ?? '') ?? [];
  if (called === undefined || deployment === undefined) return null;
  return { called, deployment, digest: digestOfLabel(label) };
}
