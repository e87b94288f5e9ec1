import { openScorer } from '../../scorer/open.ts';
import { serveLane } from './serve.ts';

/** Entry of the process of a lane. */
serveLane(openScorer);
