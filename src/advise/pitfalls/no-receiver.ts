import { countText } from '../../text/count.ts';
import { shellWord } from '../../text/shell.ts';
import type { EndpointEvidence, LostNotice, MonitorEvidence } from './evidence.ts';
import type { Pitfall } from './pitfall.ts';
import { DAY_MS, minuteText } from './times.ts';

/** A notice is tried for a day: one that was given up a week ago says how the receiver is now. */
const LOST_WITHIN = 7 * DAY_MS;
/** Calls a training pipeline: nobody is told by it. */
const TELLS_NOBODY = 'retrain';

/** Alerts that nobody hears of: no receiver, none that pages are sent to, or none that takes them. Pure. */
export function noReceiver(endpoint: EndpointEvidence, now: number): Pitfall | null {
  const { monitor } = endpoint;
  if (monitor === null) return null;
  const hearing = receiversOfPages(monitor);
  if (hearing.length === 0) return nobody(endpoint, monitor);
  const lost = monitor.lost.filter(
    ({ at, receiver, reachedAt }) =>
      at > now - LOST_WITHIN && reachedAt === null && hearing.includes(receiver),
  );
  const isEveryLost = hearing.every((name) => lost.some(({ receiver }) => receiver === name));
  return isEveryLost ? unreachable(endpoint, monitor, lost) : null;
}

/** Names of those who hear of alerts that somebody is to be woken for, as `monitor/alerts/routing.ts` sends them. */
function receiversOfPages({ receivers, routes }: MonitorEvidence): readonly string[] {
  const named = Object.keys(receivers).filter((name) => receivers[name] !== TELLS_NOBODY);
  if (Object.keys(routes).length === 0) return named;
  const to = routes['page'] ?? routes['default'] ?? [];
  return named.filter((name) => to.includes(name));
}

const WHY = 'An alert fires, and nobody hears of it until somebody happens to look';
const GUIDE = 'docs/alerts.md';

function nobody({ name }: EndpointEvidence, { receivers, routes }: MonitorEvidence): Pitfall {
  const said = Object.entries(receivers).map(([one, kind]) => `${one} (${kind})`);
  const routed = Object.keys(routes).length > 0 ? ['alerts.routes sends pages to nobody'] : [];
  return {
    id: 'no-receiver',
    subject: { kind: 'endpoint', name },
    what: 'Nobody is told of its alerts',
    why: WHY,
    evidence: [
      said.length === 0 ? 'its monitor has no receiver' : `its receivers: ${said.join(', ')}`,
      ...(said.length === 0 ? [] : routed),
    ],
    fix: `plimsoll monitor set ${shellWord(name)} ${
      routed.length > 0 ? "--set 'alerts.routes.page=[ops]' " : ''
    }--set receivers.ops.kind=webhook --set receivers.ops.url=URL`,
    guide: GUIDE,
  };
}

/** What an address is called, by kind of receiver (`monitor/policy/receivers.ts`). */
const ADDRESS: Readonly<Record<string, string>> = {
  email: 'smtp=SMTP_URL',
  pagerduty: 'routingKey=env:NAME',
};

function unreachable(
  { name }: EndpointEvidence,
  { receivers }: MonitorEvidence,
  lost: readonly LostNotice[],
): Pitfall {
  const byReceiver = [...Map.groupBy(lost, ({ receiver }) => receiver)];
  const told = byReceiver.map(([receiver, own]) => {
    const last = own.reduce((a, b) => (b.at > a.at ? b : a));
    const reason = last.error === null ? '' : `: ${last.error}`;
    return `${receiver} took none of ${countText(own.length, 'notice')}, the last of ${minuteText(last.at)}${reason}`;
  });
  const [first = ''] = byReceiver.map(([receiver]) => receiver);
  const address = ADDRESS[receivers[first] ?? ''] ?? 'url=URL';
  return {
    id: 'no-receiver',
    subject: { kind: 'endpoint', name },
    what: 'No receiver takes its alerts',
    why: WHY,
    evidence: told,
    fix: `plimsoll monitor set ${shellWord(name)} --set receivers.${first}.${address} && plimsoll alerts test ${shellWord(name)} ${first}`,
    guide: GUIDE,
  };
}
