import { stringify } from 'yaml';
import { BUILT_IN_DOCUMENT } from '../../src/advise/prices/built-in.ts';

const HEAD = `# What \`plimsoll advise\` reckons with. Copy it, put your own prices in, and give it: --prices FILE.
# \`hour\` is the price of an hour, \`gigabyteMonth\` of 10^9 bytes for a month, in the currency of the table.
`;

/** docs/prices.yaml: the built-in table, to be copied. */
export const pricesPage = (): string => `${HEAD}${stringify(BUILT_IN_DOCUMENT, { lineWidth: 0 })}`;
