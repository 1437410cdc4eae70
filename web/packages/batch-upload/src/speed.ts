/** Bytes that had arrived at a time (milliseconds). */
export interface Sample {
  at: number;
  sent: number;
}

/** Speed is taken over this long. */
export const WINDOW_MS = 5000;

/** The samples with a new one; those older than the window go, but one, so that the window is covered. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const begin = sample.at - WINDOW_MS;
  const firstInside = samples.findIndex((one) => one.at >= begin);
  const kept = firstInside < 0 ? samples.slice(-1) : samples.slice(Math.max(0, firstInside - 1));
  return [...kept, sample];
}

/** Bytes a second; 0 until it can be told. */
export function speedOf(samples: readonly Sample[]): number {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (!first || !last || last.at <= first.at) return 0;
  return Math.max(0, ((last.sent - first.sent) * 1000) / (last.at - first.at));
}
