/** Slack: by an incoming webhook a message each time; by a bot one message for an incident, with a thread of its changes. */
import { isRecord } from '../../../core/record.ts';
import type { AlertNotice, NoticeAlert } from '../alert-notice.ts';
import { barLines } from '../message/histogram-bars.ts';
import { alertLines, alertsShownInFull, noticeHeadline } from '../message/notice-text.ts';
import { alertUrl } from '../message/webhook-body.ts';
import { answerExcerpt, deliveryOutcome, post, type ReceiverResponse } from './http.ts';
import {
  type DeliveryOutcome,
  type OutgoingNotice,
  permanentFailure,
  type ReceiverEnvironment,
  retryableFailure,
  type SendFunction,
} from './receiver.ts';
import { redactSecrets, resolveSecret, resolveText } from './secrets.ts';

const API = 'https://slack.com/api';
const MAX_TEXT = 2900;
/** Errors that pass, of those that Slack answers with status 200. */
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
]);
/** The message to be updated is not there any more. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed', 'channel_not_found']);

export const sendToSlack: SendFunction<'slack'> = async (policy, outgoing, environment) => {
  const { notice, at } = outgoing;
  const message = messageOf(notice, environment.externalUrl);
  if (policy.url !== null) {
    const address = await resolveText(policy.url, environment);
    if (!address.ok) return retryableFailure(address.problem);
    const body = JSON.stringify(message);
    return deliveryOutcome(await post({ url: address.value, body, headers: {}, at }, environment));
  }
  if (policy.token === null || policy.channel === null)
    return permanentFailure('it has neither url, nor channel and token');
  const token = await resolveSecret(policy.token, environment);
  if (!token.ok) return retryableFailure(token.problem);
  const bot = { token: token.value, channel: policy.channel, at, environment };
  const outcome = await tellByBot(bot, message, outgoing);
  return { ...outcome, detail: redactSecrets(outcome.detail, [token.value]) };
};

interface Bot {
  readonly token: string;
  readonly channel: string;
  readonly at: number;
  readonly environment: ReceiverEnvironment;
}
interface Receipt {
  readonly channel: string;
  readonly ts: string;
}
interface Message {
  readonly text: string;
  readonly attachments: readonly object[];
}

async function tellByBot(
  bot: Bot,
  message: Message,
  { notice, receipt }: OutgoingNotice,
): Promise<DeliveryOutcome> {
  if (!isReceipt(receipt)) return postNew(bot, message);
  const { channel, ts } = receipt;
  const updated = await call(bot, 'chat.update', { channel, ts, ...message });
  if (updated.gone) return postNew(bot, message);
  if (!updated.outcome.ok) return updated.outcome;
  const text = `${notice.reason}: ${noticeHeadline(notice)}`.slice(0, MAX_TEXT);
  const reply = await call(bot, 'chat.postMessage', { channel, thread_ts: ts, text });
  return reply.outcome.ok ? { ...reply.outcome, receipt } : reply.outcome;
}

async function postNew(bot: Bot, message: Message): Promise<DeliveryOutcome> {
  const { outcome, answer } = await call(bot, 'chat.postMessage', { channel: bot.channel, ...message });
  if (!outcome.ok) return outcome;
  const receipt = { channel: answer['channel'], ts: answer['ts'] };
  return { ...outcome, receipt: isReceipt(receipt) ? receipt : null };
}

const isReceipt = (value: unknown): value is Receipt =>
  isRecord(value) && typeof value['channel'] === 'string' && typeof value['ts'] === 'string';

/** One method of the API, which says in the body how it went. */
async function call(
  { token, at, environment }: Bot,
  method: string,
  body: object,
): Promise<{
  readonly outcome: DeliveryOutcome;
  readonly answer: Readonly<Record<string, unknown>>;
  readonly gone: boolean;
}> {
  const url = `${environment.slackApi ?? API}/${method}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' };
  const answered = await post({ url, body: JSON.stringify(body), headers, at }, environment);
  const outcome = deliveryOutcome(answered);
  const answer = bodyOf(answered);
  if (!outcome.ok || answer['ok'] === true) return { outcome, answer, gone: false };
  const error = answerExcerpt(String(answer['error'] ?? 'its answer is not of Slack'));
  const detail = `${method} answered ${error}`;
  return {
    outcome: PASSING.has(error) ? retryableFailure(detail) : permanentFailure(detail),
    answer,
    gone: GONE.has(error) && method === 'chat.update',
  };
}

function bodyOf(answer: ReceiverResponse): Readonly<Record<string, unknown>> {
  try {
    const body: unknown = answer.ok ? JSON.parse(answer.text) : {};
    return isRecord(body) ? body : {};
  } catch {
    return {};
  }
}

function messageOf(notice: AlertNotice, externalUrl: string | null): Message {
  const attachments = alertsShownInFull(notice).map((alert) => attachmentOf(alert, externalUrl));
  const left = notice.alerts.length + notice.truncated - attachments.length;
  const rest =
    left > 0
      ? [{ color: '#dddddd', text: `and ${left} more alerts`, fallback: `and ${left} more alerts` }]
      : [];
  return { text: escapeSlack(noticeHeadline(notice)), attachments: [...attachments, ...rest] };
}

function attachmentOf(alert: NoticeAlert, externalUrl: string | null): object {
  const [title = '', ...lines] = alertLines(alert);
  const bars = alert.told.histogram === null ? [] : barLines(alert.told.histogram);
  const table = bars.length === 0 ? '' : `\n\`\`\`\n${bars.join('\n')}\n\`\`\``;
  const link = alertUrl(externalUrl, alert.fingerprint);
  return {
    color: alert.status === 'resolved' ? 'good' : alert.severity === 'info' ? 'warning' : 'danger',
    title: title.slice(0, 500),
    ...(link === null ? {} : { title_link: link }),
    text: escapeSlack(`${lines.join('\n').slice(0, MAX_TEXT - table.length)}${table}`),
    fallback: title.slice(0, 500),
    mrkdwn_in: ['text'],
    ts: Math.floor(alert.startsAt / 1000),
  };
}

/** Slack reads `<`, `>` and `&` itself: nobody is called to a channel by the name of a feature. */
const escapeSlack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
