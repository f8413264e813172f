#!/usr/bin/env node
import { join } from "node:path";
import { execute } from "@oclif/core";

process.env["NODE_ENV"] ??= "production";
await execute({ dir: join(import.meta.dirname, "..") });
