/** Files on their way to become a version. `fetch` does not tell how far a body has come, so that this is an XMLHttpRequest. */
import { ApiError, refusalOf } from './client.ts';
import type { VersionView } from './generated/control-api.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { currentKey } from './session.ts';

export interface VersionFiles {
  /** Fields of the form; the server wants them before the files. */
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly { readonly part: string; readonly path: string; readonly content: Blob }[];
}

interface Sending {
  /** Bytes that have left, of all. */
  readonly onSent: (sent: number, all: number) => void;
  readonly signal: AbortSignal;
}

const CUT_OFF = {
  code: 'CONNECTION_LOST',
  message: 'The connection to the server broke before it answered',
  hint: 'Look whether it runs, and send it again: what has arrived whole is the same version then',
};

/** The version once it has a number, which may be before its proof is over. Throws ApiError, and AbortError once `signal` says so. */
export async function sendVersion(
  model: string,
  content: VersionFiles,
  sending: Sending,
): Promise<VersionView> {
  const key = currentKey();
  const form = new FormData();
  for (const [name, text] of Object.entries(content.fields)) form.append(name, text);
  for (const { part, path, content: bytes } of content.files) form.append(part, bytes, path);
  const answered = new Promise<string>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/models/${encodeURIComponent(model)}/versions`);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('idempotency-key', idempotencyKey());
    if (key !== null) request.setRequestHeader('authorization', `Bearer ${key}`);
    request.upload.onprogress = ({ loaded, total }) => sending.onSent(loaded, total);
    request.onload = () => {
      const { status, statusText, responseText: text } = request;
      if (status < 300) resolve(text);
      else reject(refusalOf({ status, statusText, text }, key));
    };
    request.onerror = () => reject(new ApiError(CUT_OFF, 0));
    request.onabort = () => reject(new DOMException('The upload was given up', 'AbortError'));
    sending.signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
  return JSON.parse(await answered) as VersionView;
}
