/** What the command line says is needed: a flag for each need, with the words of the file of needs. Pure. */
import type { Command } from 'commander';

interface NeedFlag {
  /** As the file of needs calls it. */
  readonly need: string;
  readonly flag: string;
  readonly about: string;
  /** What commander calls it. */
  readonly option: string;
}

const flag = (need: string, words: string, about: string, option = need): NeedFlag => ({
  ...{ need, flag: words, about, option },
});

const NEED_FLAGS: readonly NeedFlag[] = [
  flag('asked', '--asked <kind>', 'what an answer is wanted after: request, schedule or event'),
  flag('requests', '--requests <rate>', 'requests, or events, on average: 40/s'),
  flag('peak', '--peak <rate>', 'the same at the peak: 200/s'),
  flag('rowsPerRequest', '--rows-per-request <count>', 'rows of one of them: "20 rows"'),
  flag('rows', '--rows <rate>', 'rows to be scored: "3 M/day"'),
  flag('population', '--population <count>', 'units that are known beforehand: "2 M customers"'),
  flag('freshness', '--fresh <time>', 'how old the inputs of an answer may be: 24h', 'fresh'),
  flag('latency', '--latency <time>', 'how late an answer may come: 50ms'),
  flag('quantile', '--quantile <quantile>', 'share of the answers that are there by then: p99'),
  flag('every', '--every <time>', 'how often answers are due, of a schedule: 24h'),
  flag('hours', '--hours <time>', 'hours of a day with traffic: 10h'),
  flag('budget', '--budget <money>', 'what it may cost: "500 $/month"'),
  flag('devices', '--devices <count>', 'machines that could run the model themselves: "40 tills"'),
  flag('database', '--database <kind>', 'what the application looks rows up in: postgres, sqlite or none'),
  flag('labelDelay', '--label-delay <time>', 'how long after an answer its truth is known: 30d'),
  flag('platform', '--platform <kind>', 'where it runs: machine, kubernetes or sagemaker'),
  flag('name', '--name <name>', 'what the case is called, in names of files and jobs'),
];

/** Those that are there or not. */
const SWITCHES: readonly NeedFlag[] = [
  flag('offline', '--offline', 'answers are needed where there is no network'),
  flag('spare', '--no-spare', 'no replica may be lost at the peak'),
];

export function addNeedFlags(command: Command): Command {
  for (const { flag: words, about } of [...NEED_FLAGS, ...SWITCHES]) command.option(words, about);
  return command;
}

/** Options as commander has read them. */
export type NeedOptions = Readonly<Record<string, unknown>>;

/** What flags say of needs, as a document of needs would. */
export function needsInFlags(options: NeedOptions): Record<string, unknown> {
  const given = NEED_FLAGS.flatMap(({ need, option }) => {
    const value = options[option];
    return value === undefined ? [] : [[need, value] as const];
  });
  return {
    ...Object.fromEntries(given),
    ...(options['offline'] === true ? { offline: true } : {}),
    ...(options['spare'] === false ? { spare: false } : {}),
  };
}

/** A problem of a need that a flag has given, told of the flag. */
export function problemOfFlag(problem: string, flags: Readonly<Record<string, unknown>>): string {
  const [need = ''] = problem.split(' ', 1);
  const found = NEED_FLAGS.find((one) => one.need === need);
  return found === undefined || !(need in flags) ? problem : `${nameOf(found)}${problem.slice(need.length)}`;
}

/** The flags that say an amount of work, one of which is needed. */
export const AMOUNT_FLAGS = '--requests, --rows or --population';

const nameOf = ({ flag: words }: NeedFlag): string => words.split(' ', 1)[0]!;
