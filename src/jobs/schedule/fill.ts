/** Places in the URIs of a job that each run fills. Time is a parameter. */

import { zoned } from '../../core/cron.ts';
import { valueOfKey } from '../../core/element-at.ts';
import type { JobSpec } from '../spec/spec.ts';

export interface RunParameters {
  readonly run: string;
  /** Time that the run is for, in milliseconds since the epoch. */
  readonly due: number;
  /** Zone in which a day is a day. */
  readonly timeZone: string;
}

const PLACE = /\{(run|date|yesterday|hour)\}/g;

/** What can stand in a URI: the run's id, the day it is for, the day before, the hour of the day. */
const VALUES: Readonly<Record<string, (filling: RunParameters) => string>> = {
  run: ({ run }) => run,
  date: ({ due, timeZone }) => zoned(due, timeZone).slice(0, 10),
  yesterday: ({ due, timeZone }) => dayBefore(zoned(due, timeZone).slice(0, 10)),
  hour: ({ due, timeZone }) => zoned(due, timeZone).slice(11, 13),
};

/** The spec with `{run}`, `{date}`, `{yesterday}` and `{hour}` of both URIs filled. */
export function fillSpec(spec: JobSpec, filling: RunParameters): JobSpec {
  const fill = (uri: string): string =>
    uri.replaceAll(PLACE, (_, name: string) => valueOfKey(VALUES, name)(filling));
  return {
    ...spec,
    source: { ...spec.source, uri: fill(spec.source.uri) },
    sink: { ...spec.sink, uri: fill(spec.sink.uri) },
  };
}

/** By the calendar, not by 24 hours: a day may have 23 or 25. */
function dayBefore(date: string): string {
  const before = new Date(`${date}T00:00:00Z`);
  before.setUTCDate(before.getUTCDate() - 1);
  return before.toISOString().slice(0, 10);
}
