#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Before anything large is loaded: what was compiled once is not compiled again. A folder that cannot be written is no error.
enableCompileCache(join(import.meta.dirname, "..", ".build", "compile-cache"));
process.env["NODE_ENV"] ??= "production";
// A reader that has seen enough (`bdap plan | head`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
await import("./command-line.ts");
