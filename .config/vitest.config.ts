import { defineConfig } from "vitest/config";

const root = new URL("..", import.meta.url).pathname;

/**
 * Three projects: `unit` needs nothing but Node and is quick; `process` starts programs and servers of its own, and kills and waits
 * for them; `lab` boots real Debian hosts and needs root.
 */
export default defineConfig({
  root,
  test: {
    // What was translated once is not translated again while its text stays the same.
    fsModuleCache: true,
    projects: [
      {
        root,
        test: {
          name: "unit",
          include: ["**/*.test.{ts,tsx}"],
          exclude: ["**/*.lab.test.ts", "**/*.process.test.ts", "node_modules/**", ".build/**"],
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
          name: "process",
          include: ["**/*.process.test.ts"],
          exclude: ["node_modules/**", ".build/**"],
          testTimeout: 30_000,
          maxWorkers: 4,
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
