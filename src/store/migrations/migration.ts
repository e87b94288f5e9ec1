/** What differs in the SQL of the two databases, for migrations that are written once. */
export interface Dialect {
  /** Text that is compared and ordered by its bytes, whatever the database's language. */
  readonly text: string;
  /** Whole numbers of 64 bits. */
  readonly integer: string;
  readonly bytes: string;
  /** A primary key that the database numbers in order of insertion. */
  readonly numbered: string;
  /** What follows the columns of a table. */
  readonly table: string;
  /** What has the database tell those who listen that a table has changed; nothing where it cannot. */
  readonly notifying: (table: string) => readonly string[];
}

/** A step from one version of the schema to the next. Never changed once released: a new step corrects it. */
export interface Migration {
  readonly name: string;
  readonly statements: (dialect: Dialect) => readonly string[];
}
