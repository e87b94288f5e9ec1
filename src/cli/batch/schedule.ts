import { Option } from 'commander';
import { PlimsollError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import type { JobView } from '../../jobs/port.ts';
import type { JobTrigger } from '../../jobs/schedule/schedule.ts';
import type { DefineCommand } from '../command.ts';
import { actorOf } from '../connection/control.ts';
import { type JobServiceOptions, noServerNote, withJobs } from './jobs.ts';

interface ScheduleOptions extends JobServiceOptions {
  readonly file?: string;
  readonly cron?: string;
  readonly timeZone: string;
  readonly misfire: 'once' | 'all' | 'none';
  readonly onFiles?: string | true;
  readonly webhook?: boolean;
  readonly after?: string;
  readonly none?: boolean;
  readonly attempts?: string;
  readonly timeout?: string;
  readonly overlap?: string;
}

/** `batch schedule`: has a server start a job by itself. */
export const batchScheduleCommand: DefineCommand = (command, terminal) => {
  command
    .description(
      'Schedules a job on a server: by cron, when files arrive, by a webhook, after another job. Each event starts one run, however often it is delivered.',
    )
    .argument('[job]', 'name of a job that is there; with --file, the only one of the file to take')
    .option('-f, --file <file>', 'define the jobs below `jobs` of a YAML file, with their schedules')
    .option('--cron <line>', 'cron expression: five fields, or six with seconds')
    .option('--time-zone <zone>', 'time zone of --cron', 'UTC')
    .addOption(
      new Option('--misfire <rule>', 'what to do with times that passed while no server ran')
        .choices(['once', 'all', 'none'])
        .default('once'),
    )
    .option('--on-files [settle]', 'start when new input files have not changed for this long')
    .option('--webhook', 'start by POST /api/v1/jobs/JOB:trigger')
    .option('--after <job>', 'start when another job is done')
    .option('--attempts <count>', 'attempts in total')
    .option('--timeout <duration>', 'time limit of an attempt')
    .addOption(
      new Option('--overlap <rule>', 'what to do with a run that is due while another one runs').choices([
        'queue',
        'skip',
      ]),
    )
    .option('--none', 'remove the schedule')
    .option('--url <url>', 'server to call (default: the ledger of --data)')
    .addHelpText('after', HELP)
    .action(async (job: string | undefined) => {
      const options = command.optsWithGlobals<ScheduleOptions>();
      const scheduled = await withJobs(options, async (jobs) => {
        if (options.file !== undefined) {
          const documents = await documentsOf(options.file, job);
          const views: JobView[] = [];
          for (const [name, document] of documents)
            views.push(await jobs.define(name, document, actorOf(options)));
          return views;
        }
        if (job === undefined) throw usage("required argument 'job' or option '--file'");
        return [await jobs.reschedule(job, documentFrom(options), actorOf(options))];
      });
      const note = await noServerNote(options);
      if (note !== null) terminal.note(note);
      terminal.answer(scheduled, () => scheduled.map(scheduleText).join('\n'));
    });
};

const HELP = `
In a file:
  jobs:
    nightly:
      model: churn@stable
      input: data/{yesterday}/*.parquet
      key: id
      output: postgres://db/shop?table=scores
      schedule:
        triggers:
          - {kind: cron, cron: "30 2 * * *", timeZone: Europe/Berlin}
          - webhook
        retries: {attempts: 3, firstSeconds: 30s}

Examples:
  $ plimsoll batch schedule nightly --cron '30 2 * * *' --time-zone Europe/Berlin
  $ plimsoll batch schedule arrivals --on-files 10s
  $ plimsoll batch schedule report --after nightly
  $ plimsoll batch schedule -f plimsoll.yaml
`;

const usage = (reason: string): PlimsollError =>
  new PlimsollError('USAGE', { reason, command: 'batch schedule' });

async function documentsOf(file: string, only: string | undefined): Promise<readonly [string, unknown][]> {
  const { readYamlDocument } = await import('../files/document.ts');
  const content = await readYamlDocument(file);
  const jobs = isRecord(content) ? content['jobs'] : undefined;
  if (!isRecord(jobs)) throw usage(`"${file}" has no table "jobs"`);
  const named = Object.entries(jobs).filter(([name]) => only === undefined || name === only);
  if (named.length > 0) return named;
  throw usage(`"${file}" has no job ${only === undefined ? 'at all' : JSON.stringify(only)}`);
}

/** The document of `schedule` that flags stand for. */
function documentFrom(options: ScheduleOptions): unknown {
  const { cron, timeZone, misfire, onFiles, webhook, after, none, attempts, timeout, overlap } = options;
  const triggers = [
    ...(cron === undefined ? [] : [{ kind: 'cron', cron, timeZone, misfire }]),
    ...(onFiles === undefined
      ? []
      : [{ kind: 'files', ...(onFiles === true ? {} : { settleSeconds: onFiles }) }]),
    ...(webhook ? [{ kind: 'webhook' }] : []),
    ...(after === undefined ? [] : [{ kind: 'upstream', job: after }]),
  ];
  if (none) return null;
  if (triggers.length === 0)
    throw usage("required option '--cron', '--on-files', '--webhook', '--after' or '--none'");
  return {
    triggers,
    ...(attempts === undefined ? {} : { retries: { attempts: Number(attempts) } }),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
    ...(overlap === undefined ? {} : { overlap }),
  };
}

/** `nightly: 30 2 * * * Europe/Berlin, next at 2026-11-27T01:30:00.000Z`. */
function scheduleText({ name, schedule: when, nextAt }: JobView): string {
  if (when === null || when.triggers.length === 0) return `${name}: by hand only`;
  const next = nextAt === null ? '' : `, next at ${new Date(nextAt).toISOString()}`;
  return `${name}: ${when.triggers.map(triggerText).join('; ')}${next}`;
}

function triggerText(trigger: JobTrigger): string {
  switch (trigger.kind) {
    case 'cron':
      return `${trigger.cron} ${trigger.timeZone}`;
    case 'files':
      return `new files, unchanged for ${trigger.settleSeconds} s`;
    case 'webhook':
      return 'webhook';
    case 'upstream':
      return `after ${trigger.job}`;
    case 'notify':
      return `NOTIFY ${trigger.channel}`;
    case 'kafka':
      return `Kafka topic ${trigger.topic}`;
    case 'nats':
      return `NATS subject ${trigger.subject}`;
    case 'redis':
      return `Redis stream ${trigger.stream}`;
  }
}
