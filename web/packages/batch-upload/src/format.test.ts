import { expect, it } from "vitest";
import { formatBytes, formatDuration } from "./format";
import { speedOf, withSample } from "./speed";

it("writes sizes and times as people say them", () => {
  expect([0, 999, 1500, 12_340_000, 2_000_000_000].map(formatBytes)).toEqual(["0 bytes", "999 bytes", "1.5 kB", "12.3 MB", "2.0 GB"]);
  expect([0, 4.4, 60, 130, 3600, 3900].map(formatDuration)).toEqual(["1 s", "4 s", "1 min", "2 min 10 s", "1 h", "1 h 5 min"]);
});

it("takes the speed of the last seconds only", () => {
  let samples: { at: number; sent: number }[] = [];
  for (let second = 0; second <= 20; second++) samples = withSample(samples, { at: second * 1000, sent: second < 10 ? second * 100 : 1000 });
  expect(speedOf(samples)).toBe(0);
  expect(samples.length).toBeLessThan(9);
  expect(speedOf([{ at: 0, sent: 0 }])).toBe(0);
});
