import { expect, test } from "vitest";
import { type KernelLimit, shortages } from "./kernel-limits.ts";

const inotify: KernelLimit = {
  what: "inotify instances",
  sysctl: "fs.inotify.max_user_instances",
  perHost: 10,
  used: 30,
  most: 128,
};

test("hosts that fit are no shortage, up to the last one", () => {
  expect(shortages([inotify], 0)).toEqual([]);
  expect(shortages([inotify], 9)).toEqual([]);
});

test("one host too many is named with the command that makes room for all", () => {
  expect(shortages([inotify], 10)).toEqual([
    {
      what: "10 more hosts want 100 inotify instances and the kernel has 98 left of 128, enough for 9",
      remedy: "sysctl fs.inotify.max_user_instances=256",
    },
  ]);
});

test("a machine that is past its limit already has room for none", () => {
  const [full] = shortages([{ ...inotify, used: 140 }], 1);
  expect(full?.what).toContain("0 left of 128, enough for 0");
});

test("each limit is told apart", () => {
  const keys = { ...inotify, what: "keys", sysctl: "kernel.keys.root_maxkeys" };
  expect(shortages([inotify, { ...keys, most: 1_000_000 }], 200).map(({ remedy }) => remedy)).toEqual([
    "sysctl fs.inotify.max_user_instances=4096",
  ]);
});
