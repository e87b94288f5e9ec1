import type { Migration } from './migration.ts';

export const replicas: Migration = {
  name: 'replicas',
  statements: ({ text, integer, bytes, numbered, table, notifying }) => [
    `create table pieces (
      id ${numbered}, rollout ${text} not null, generation ${integer} not null, "window" ${integer} not null,
      worker ${text} not null, epoch ${integer} not null, seq ${integer} not null, body ${bytes} not null,
      at ${integer} not null, reader ${integer} not null,
      unique (rollout, generation, "window", worker, epoch, seq)) ${table}`,
    'create index pieces_at on pieces (at)',

    `create table members (
      replica ${text} not null primary key, beat ${integer} not null, at ${integer} not null,
      body ${text} not null) ${table}`,

    `create table orders (
      id ${text} not null primary key, kind ${text} not null, body ${text} not null, "by" ${text} not null,
      at ${integer} not null, written ${integer} not null, answer ${text}) ${table}`,
    'create index orders_open on orders (at) where answer is null',

    ...notifying('endpoints'),
    ...notifying('orders'),
  ],
};
