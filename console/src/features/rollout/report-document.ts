/** The signed report, read. Pure but for the check of its signature, which the browser does. */
import type { ControlOperations } from '../../api/generated/control-api.ts';

export type SignedReport = ControlOperations['GET /api/v1/rollouts/{id}/evidence']['answer'];

/** What the console shows of it: docs/rollouts.md says what else there is. */
export interface ReportDocument {
  readonly rollout: {
    readonly id: string;
    readonly endpoint: string;
    readonly reason: string;
    readonly startedAt: number;
    readonly endedAt: number | null;
    readonly binding: { readonly candidate: string; readonly stable: string; readonly policyHash: string };
  };
  readonly policy: unknown;
  readonly windows: readonly { readonly start: string }[];
  readonly decisions: readonly {
    readonly id: string;
    readonly seq: number;
    readonly verdict: string;
    readonly reason: string;
    readonly decidedAt: number;
  }[];
  readonly outcome: {
    readonly state: string;
    readonly reason: string;
    readonly harmedUnits: number;
    readonly isFinal: boolean;
    readonly arms: readonly { readonly name: string; readonly units: number; readonly failures: number }[];
  };
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => {
  const text = atob(base64);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
};

export const readReport = ({ envelope }: SignedReport): ReportDocument =>
  JSON.parse(new TextDecoder().decode(bytesOf(envelope.payload))) as ReportDocument;

/** Whether the key of the report has signed it; null where this browser cannot tell: over plain HTTP it checks nothing. */
export async function isSigned({ envelope, publicKey }: SignedReport): Promise<boolean | null> {
  const { payloadType, payload, signatures } = envelope;
  const body = bytesOf(payload);
  const head = new TextEncoder().encode(
    `DSSEv1 ${new TextEncoder().encode(payloadType).length} ${payloadType} ${body.length} `,
  );
  const signed = new Uint8Array(head.length + body.length);
  signed.set(head);
  signed.set(body, head.length);
  try {
    const der = bytesOf(publicKey.replaceAll(/-----[^-]+-----|\s/g, ''));
    const key = await crypto.subtle.importKey('spki', der, 'Ed25519', false, ['verify']);
    const found = await Promise.all(
      signatures.map(({ sig }) => crypto.subtle.verify('Ed25519', key, bytesOf(sig), signed)),
    );
    return found.includes(true);
  } catch {
    return null;
  }
}
