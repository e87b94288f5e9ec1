/** The grammar of receivers: each kind has fields of its own, and none holds a secret. Pure. */
import { isRecord } from '../../core/record.ts';
import {
  choice,
  type Field,
  field,
  line,
  list,
  orNothing,
  type Rule,
  record,
  text,
} from '../../schema/grammar.ts';
import { didYouMean } from '../../text/did-you-mean.ts';
import type { ReceiverPolicy } from './policy.ts';

const TEMPLATE = text('^[^\\u0000]{1,20000}$', 'a text of 1 to 20,000 characters');
const REFERENCE = '(?:env:[A-Za-z_][A-Za-z0-9_]*|file:[^\\u0000-\\u001f]{1,500})';

/** What is wrong with a value is said without showing it: it may be the secret itself. */
function hidden(pattern: string, wanted: string): Rule<string> {
  return {
    schema: { type: 'string', pattern },
    parse(value, path, problems) {
      if (typeof value === 'string' && new RegExp(pattern).test(value)) return value;
      problems.push(`${path} is ${value === null ? 'missing' : 'something else'}, wanted ${wanted}`);
      return '';
    },
  };
}

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

/** The fields of a receiver beside its kind. */
type Written<K extends ReceiverPolicy['kind']> = Omit<Extract<ReceiverPolicy, { kind: K }>, 'kind'>;

const url = field(ADDRESS, null, 'address that is called, or where it is kept: env:NAME, file:PATH');
const signature = field(orNothing(SECRET), null, 'where the secret is that requests are signed with (HMAC)');

const KINDS: {
  readonly [K in ReceiverPolicy['kind']]: { readonly [P in keyof Written<K>]: Field<Written<K>[P]> };
} = {
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
  retrain: { url, secret: signature },
};

const NAMES = Object.keys(KINDS) as ReceiverPolicy['kind'][];

const ruleOf = (name: ReceiverPolicy['kind']): Rule<object> =>
  record(
    { kind: field(choice([name]), null, 'what it is'), ...KINDS[name] } as Readonly<
      Record<string, Field<unknown>>
    >,
    didYouMean,
  );

export const RECEIVER: Rule<ReceiverPolicy> = {
  schema: { oneOf: NAMES.map((name) => ({ ...ruleOf(name).schema, required: ['kind'] })) },
  parse(value, path, problems) {
    const kind = isRecord(value) ? value['kind'] : undefined;
    const name = NAMES.find((known) => known === kind);
    if (name === undefined) {
      const found = JSON.stringify(kind)?.slice(0, 60) ?? 'missing';
      problems.push(`${path}.kind is ${found}, wanted one of ${NAMES.join(', ')}`);
      return undefined as never;
    }
    const parsed = ruleOf(name).parse(value, path, problems) as ReceiverPolicy;
    if (parsed.kind === 'slack') checkSlack(parsed, path, problems);
    return parsed;
  },
};

function checkSlack(
  { url: hook, channel, token }: Extract<ReceiverPolicy, { kind: 'slack' }>,
  path: string,
  problems: string[],
): void {
  if ((hook === null) === (channel === null)) problems.push(`${path} wants either url, or channel and token`);
  else if ((channel === null) !== (token === null)) problems.push(`${path} wants channel and token together`);
}
