import { expect, it } from "vitest";
import { SAMPLE_WINDOW, SampleWindow } from "./sample-window.ts";

it("keeps the newest samples and no more, sharing names while they stay the same", () => {
  const window = new SampleWindow();
  for (let at = 0; at < SAMPLE_WINDOW + 5; at++) window.add(at, { load1: at, load5: 1 });
  expect(window.samples).toHaveLength(SAMPLE_WINDOW);
  expect(window.samples.at(0)?.at).toBe(5);
  expect(window.samples.at(0)?.names).toBe(window.samples.at(-1)?.names);
  expect(window.latest("load1")).toBe(SAMPLE_WINDOW + 4);
  window.add(99, { load5: 2 });
  expect(window.latest("load1")).toBeUndefined();
  expect(window.newest()).toEqual({ load5: 2 });
});
