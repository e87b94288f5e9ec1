/** The grammar of monitor policies for the console, which makes its form of it. */
import { MONITOR } from '../../src/monitor/policy/policy.ts';

const HEAD = `// Generated from the grammar of monitor policies by \`npm run ok:generated:fix\`.

/** What a value of a policy may be, as JSON Schema says it. */
export interface PolicyGrammar {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly PolicyGrammar[];
  readonly oneOf?: readonly PolicyGrammar[];
  readonly items?: PolicyGrammar;
  readonly properties?: Readonly<Record<string, PolicyGrammar>>;
  readonly propertyNames?: PolicyGrammar;
  readonly additionalProperties?: boolean | PolicyGrammar;
  readonly [keyword: string]: unknown;
}

`;

/** The file, formatted by nobody. */
export const monitorGrammar = (): string =>
  `${HEAD}export const MONITOR_GRAMMAR: PolicyGrammar = ${JSON.stringify(MONITOR)};\n`;
