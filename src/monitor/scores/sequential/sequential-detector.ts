/** Detectors that look at one number after the other, in the definitions of river 0.26: baselines, not our own. Pure. */

export interface SequentialDetector {
  readonly name: string;
  /** Takes the next number (finite); true: it alarms. An alarm makes the detector start afresh with the number that follows. */
  update(x: number): boolean;
}

/** A running mean. */
export class RunningMean {
  n = 0;
  mean = 0;

  add(x: number): void {
    this.n++;
    this.mean += (1 / this.n) * (x - this.mean);
  }

  copy(): RunningMean {
    const copy = new RunningMean();
    copy.n = this.n;
    copy.mean = this.mean;
    return copy;
  }
}
