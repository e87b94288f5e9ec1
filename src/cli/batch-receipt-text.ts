import type { Receipt } from '../jobs/run/conduct.ts';

export const receiptText = (receipt: Receipt): string => JSON.stringify(receipt, null, 2);
