#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Before anything large is loaded: what was compiled once is not compiled again. A folder that cannot be written is no error.
enableCompileCache(join(import.meta.dirname, "..", ".build", "compile-cache"));
await import("./command-line.ts");
