import type { Migration } from './migration.ts';

/** What versions were asked and answered, in cells of a minute, of ten and of an hour. */
export const traffic: Migration = {
  name: 'traffic',
  statements: ({ text, integer, table }) => [
    `create table traffic (
      model ${text} not null, step ${integer} not null, at ${integer} not null, version ${integer} not null,
      replica ${text} not null, answered ${integer} not null, invalid ${integer} not null, failed ${integer} not null,
      overloaded ${integer} not null, cancelled ${integer} not null, times ${text} not null,
      primary key (model, step, at, version, replica)) ${table}`,
    'create index traffic_age on traffic (step, at)',
  ],
};
