/** The grammar of receivers: each kind has fields of its own, and none holds a secret. Pure. */
import type { Static } from 'typebox';
import { kinds, orNothing, transformed } from '../../schema/transformed.ts';
import { confidential, field, line, list, text } from '../../schema/value-schema.ts';

const TEMPLATE = text('^[^\\u0000]{1,20000}$', 'a text of 1 to 20,000 characters');
const REFERENCE = '(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^\\u0000-\\u001f]{1,500})';

/** What is wrong with a value is said without showing it: it may be the secret itself. */
const hidden = (pattern: string, wanted: string) =>
  confidential(text(pattern, wanted), (value) => (value === null ? 'missing' : 'something else'));

/** Where a secret is found: never the secret. */
const SECRET = hidden(`^${REFERENCE}$`, 'where the secret is: env:NAME or file:PATH');
/** Addresses of chats and hooks often are secrets themselves, so that they may be kept elsewhere, too. */
const ADDRESS = hidden(
  `^(?:https?://[^\\u0000-\\u0020@]{1,2000}|${REFERENCE})$`,
  'an http(s) address without a password in it, or where it is: env:NAME or file:PATH',
);
const SMTP = hidden(
  '^smtps?://(?:[^\\u0000-\\u0020:/@]+@)?[^\\u0000-\\u0020:/@]+(?::\\d{1,5})?/?$',
  'smtp://USER@HOST:PORT or smtps://…, without a password in it',
);
const MAIL = text('^[^\\u0000-\\u0020@]+@[^\\u0000-\\u0020@]+$', 'an address such as ops@example.com');

const url = field(ADDRESS, null, 'address that is called, or where it is kept: env:NAME, file:PATH');
const signature = field(orNothing(SECRET), null, 'where the secret is that requests are signed with (HMAC)');

/** Secrets are never in it: `secret`, `token`, `password` name environment variables or files (`env:NAME`, `file:PATH`). */
const KINDS = {
  webhook: {
    url,
    secret: signature,
    template: field(
      orNothing(TEMPLATE),
      null,
      'body of the request; the one of Alertmanager (version 4) by default',
    ),
  },
  alertmanager: { url },
  slack: {
    url: field(orNothing(ADDRESS), null, 'incoming webhook'),
    /** With the token of a bot, whose message is updated in place. */
    channel: field(orNothing(line), null, 'channel that a bot writes to, updating its message'),
    token: field(orNothing(SECRET), null, 'where the token of the bot is'),
  },
  email: {
    smtp: field(SMTP, null, 'server that takes the mail'),
    from: field(MAIL, null, 'sender'),
    to: field(list(MAIL, { min: 1, max: 100 }), null, 'who gets it'),
    password: field(orNothing(SECRET), null, 'where the password is'),
  },
  pagerduty: {
    url: field(ADDRESS, 'https://events.pagerduty.com/v2/enqueue', 'address of the events API'),
    routingKey: field(SECRET, null, 'where the routing key is'),
  },
  /** Called with what was found when drift or decay fires: to train again. */
  retrain: { url, secret: signature },
};

const RECEIVERS = kinds(KINDS, (objects) => ({
  oneOf: objects.map((object) => ({ ...object, required: ['kind'] })),
}));
export type ReceiverPolicy = Static<typeof RECEIVERS>;

export const RECEIVER = transformed(RECEIVERS, (receiver, path, problems) => {
  if (receiver.kind === 'slack') checkSlack(receiver, path, problems);
  return receiver;
});

function checkSlack(
  { url: hook, channel, token }: Extract<ReceiverPolicy, { kind: 'slack' }>,
  path: string,
  problems: string[],
): void {
  if ((hook === null) === (channel === null)) problems.push(`${path} wants either url, or channel and token`);
  else if ((channel === null) !== (token === null)) problems.push(`${path} wants channel and token together`);
}
