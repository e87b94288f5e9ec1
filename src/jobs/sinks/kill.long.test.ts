import { killEverywhere } from './testing/kill-places.ts';

killEverywhere(30);
