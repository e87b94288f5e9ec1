/** Mail by SMTP: `smtps://` begins with TLS, `smtp://` goes over to it, and must where a password is sent. */
import { createTransport } from 'nodemailer';
import { sha256 } from '../../../bytes/sha256.ts';
import { isPlimsollError } from '../../../core/errors.ts';
import { checkHostName } from '../../../http/outbound.ts';
import { mailMessage } from '../message/mail-message.ts';
import { answerExcerpt } from './http.ts';
import {
  type DeliveryOutcome,
  permanentFailure,
  type ReceiverEnvironment,
  type ReceiverPolicyOf,
  retryableFailure,
  type SendFunction,
} from './receiver.ts';
import { redactSecrets, resolveSecret } from './secrets.ts';

const TIMEOUT_MS = 10_000;

export const sendMail: SendFunction<'email'> = async (policy, { notice, at }, environment) => {
  const password = policy.password === null ? null : await resolveSecret(policy.password, environment);
  if (password !== null && !password.ok) return retryableFailure(password.problem);
  const options = transportOf(policy, password?.value ?? null, environment);
  if (options === null)
    return permanentFailure('its server is none: smtp://USER@HOST:PORT or smtps://… was wanted');
  try {
    await checkHostName(options.host);
  } catch (error) {
    return retryableFailure(
      isPlimsollError(error) ? `${error.message}. ${error.hint}` : `${options.host} is not found`,
    );
  }
  const transport = createTransport(options);
  const incident = sha256(new TextEncoder().encode(`${notice.groupKey} ${notice.incident}`)).slice(0, 32);
  try {
    const { response, rejected } = await withinTime(
      transport.sendMail({
        from: policy.from,
        to: [...policy.to],
        ...mailMessage(notice, environment.externalUrl),
        date: new Date(at),
        messageId: `<${notice.id}@plimsoll>`,
        references: `<${incident}@plimsoll>`,
        headers: { 'X-Plimsoll-Notice': notice.id, 'Auto-Submitted': 'auto-generated' },
        disableFileAccess: true,
        disableUrlAccess: true,
      }),
      environment.timeoutMillis ?? TIMEOUT_MS,
    );
    const missed = rejected.length === 0 ? '' : `, refused for ${rejected.length} of ${policy.to.length}`;
    return { ok: true, detail: `answered ${answerExcerpt(response)}${missed}`, receipt: null };
  } catch (error) {
    return outcomeOfFailure(error as Error & { responseCode?: number; code?: string }, password?.value ?? '');
  } finally {
    transport.close();
  }
};

function transportOf(
  policy: ReceiverPolicyOf<'email'>,
  password: string | null,
  environment: ReceiverEnvironment,
) {
  if (!URL.canParse(policy.smtp)) return null;
  const url = new URL(policy.smtp);
  if (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') return null;
  const secure = url.protocol === 'smtps:';
  const timeout = environment.timeoutMillis ?? TIMEOUT_MS;
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: password !== null,
    ...(password === null
      ? {}
      : { auth: { user: decodeURIComponent(url.username) || policy.from, pass: password } }),
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    ...(environment.certificates === undefined ? {} : { tls: { ca: environment.certificates } }),
  };
}

/** A server that always says a little would be waited for for ever. */
async function withinTime<T>(sent: Promise<T>, millis: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the server did not take the mail within ${2 * millis} ms`)),
      2 * millis,
    );
  });
  try {
    return await Promise.race([sent, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Codes from 500 on are final (RFC 5321, 4.2.1); what has no code never came so far. */
function outcomeOfFailure(
  error: Error & { responseCode?: number; code?: string },
  password: string,
): DeliveryOutcome {
  const detail = redactSecrets(answerExcerpt(`${error.code ?? 'failed'}: ${error.message}`), [password]);
  return (error.responseCode ?? 0) >= 500 ? permanentFailure(detail) : retryableFailure(detail);
}
