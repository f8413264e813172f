import { enableCompileCache } from "node:module";

// Half of a short run's time is reading code: what was compiled once is kept in the user's cache.
enableCompileCache();
const { start } = await import("./start.ts");
const [name = "", ...words] = process.argv.slice(2);
const { exitCode } = await start(name, words, process.env);
process.exit(exitCode);
