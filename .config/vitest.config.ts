import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

/** Two projects: `unit` needs nothing but Node; `lab` boots real Debian hosts and needs root. */
export default defineConfig({
  root,
  test: {
    projects: [
      {
        root,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: ["**/*.lab.test.ts", "node_modules/**", ".build/**"],
          testTimeout: 30_000,
          // Many tests wait for clocks, sockets and keys: more of them than there are cores.
          maxWorkers: 4,
          // Nothing here keeps state in modules, so test files can share a worker.
          isolate: false,
        },
      },
      {
        root,
        test: {
          name: "lab",
          include: ["**/*.lab.test.ts"],
          exclude: ["node_modules/**", ".build/**"],
          fileParallelism: false,
          testTimeout: 600_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
