import { Flags } from "@oclif/core";

/** Of commands that take the site's lock. */
export const lockFlags = {
  "take-over": Flags.boolean({
    description: "Take the site's lock from an owner on another machine that is gone for sure",
    default: false,
  }),
};

/** Of commands that work on many servers at once. */
export const forksFlags = {
  forks: Flags.integer({ description: "How many servers at once", default: 50, min: 1, max: 500 }),
};

/** Of commands that end in an apply. */
export const applyFlags = {
  ...forksFlags,
  ...lockFlags,
  verbose: Flags.boolean({ char: "v", description: "Show every task, not only changes and failures", default: false }),
};

/** Of commands that put a node into a person's hands, or take it out of them. */
export const reasonFlags = {
  reason: Flags.string({ description: "Why, for whoever asks later", default: "no reason given" }),
};
