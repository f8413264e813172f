#!/usr/bin/env node
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { execute } from "@oclif/core";

process.env["NODE_ENV"] ??= "production";
// The built file lies in .build/installer; the package's root is two folders up.
await execute({ dir: join(dirname(fileURLToPath(import.meta.url)), "..", "..") });
