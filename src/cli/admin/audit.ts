import type { ControlApi } from '../../control/port.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { isRecord } from '../../core/record.ts';
import { allRows } from '../../store/pages.ts';
import type { AuditRow } from '../../store/store.ts';
import type { VerifiedChain } from '../../store/verified-audit-chain.ts';
import { countText } from '../../text/count.ts';
import { truncate } from '../../text/truncate.ts';
import type { DefineCommand } from '../command.ts';
import { type ControlOptions, withControlOptions, withReadableControl } from '../connection/control.ts';
import { printable } from '../output/printable.ts';
import { fittedTable } from '../output/table.ts';
import { terminalWidth } from '../output/terminal.ts';

interface AuditOptions extends ControlOptions {
  readonly verify?: boolean;
  readonly subject?: string;
}

/** `audit`: the log of what was done. */
export const auditCommand: DefineCommand = (command, terminal) => {
  withControlOptions(command)
    .description('Shows who did what and why, oldest first; each entry holds the hash of the one before.')
    .option('--verify', 'recompute the hash chain: exit code 1 if an entry does not match')
    .option('--subject <subject>', 'only entries about this subject: churn@2, endpoint/churn, rollout/ro_…')
    .addHelpText(
      'after',
      '\nExamples:\n  $ plimsoll audit\n  $ plimsoll audit --subject endpoint/churn\n  $ plimsoll audit --verify',
    )
    .action(async () => {
      const options = command.optsWithGlobals<AuditOptions>();
      await withReadableControl(options, async (control) => {
        if (!options.verify) {
          const items = await allRows((page) => control.audit({ ...page, subject: options.subject }));
          return terminal.answer({ items }, () => auditTable(items));
        }
        const verified = await verify(control);
        if (!verified.intact) process.exitCode = EXIT.failed;
        terminal.answer(verified, () => saidOf(verified));
      });
    });
};

/** The most that a server gives at a time. */
const PART = 1000;

/** Computed here of what a server gives: it is not taken at its word. */
async function verify(control: ControlApi): Promise<VerifiedChain> {
  const { verifiedAuditChain } = await import('../../store/verified-audit-chain.ts');
  return verifiedAuditChain((page = {}) => control.audit(page), PART);
}

const saidOf = ({ entries, brokenAt, last }: VerifiedChain): string =>
  entries === 0
    ? 'No entries yet'
    : brokenAt === null
      ? `${countText(entries, 'entry', 'entries')}, each follows from the one before.\nKeep the last hash elsewhere to see later that none was cut off: ${last.hash}`
      : `Entry ${brokenAt} does not follow from the one before: the log was altered.`;

function auditTable(rows: readonly AuditRow[]): string {
  const head = ['SEQ', 'WHEN', 'WHO', 'WHAT', 'SUBJECT', 'WHY'];
  const lines = [
    head,
    ...rows.map(({ seq, at, by, what, subject, body }) =>
      [
        String(seq),
        new Date(at).toISOString().slice(0, 19).replace('T', ' '),
        truncate(by, 24),
        what,
        subject,
        truncate(reasonIn(body), 60),
      ].map(printable),
    ),
  ];
  return fittedTable(lines, terminalWidth(), ['SEQ', 'WHO', 'SUBJECT']);
}

/** What was decided, and what a person said of it. */
const reasonIn = (body: unknown): string => {
  const { reason, why }: { readonly reason?: unknown; readonly why?: unknown } = isRecord(body) ? body : {};
  return [reason, why].filter((text) => typeof text === 'string').join(': ');
};
