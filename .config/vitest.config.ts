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
          testTimeout: 20_000,
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
