#!/usr/bin/env node
import { join } from "node:path";
import { execute } from "@oclif/core";

process.env["NODE_ENV"] ??= "production";
// A reader that has seen enough (`bdap plan | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
await execute({ dir: join(import.meta.dirname, "..") });
