/** Builds everything that runs: the commands to .build/installer, the agent and the control plane to .build/bundles. */
import { existsSync } from "node:fs";
import { chmod, glob, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..", "..");
const out = join(root, ".build");

await rm(join(out, "installer"), { recursive: true, force: true });
await rm(join(out, "bundles"), { recursive: true, force: true });
await mkdir(join(out, "bundles"), { recursive: true });

const entries = ["installer/main.ts"];
for await (const path of glob("installer/commands/**/*.{ts,tsx}", { cwd: root })) {
  if (!/\.test\.tsx?$/.test(path) && !path.endsWith("commands/base.ts")) entries.push(path);
}

await build({
  absWorkingDir: root,
  entryPoints: entries.sort(),
  outdir: out,
  outbase: root,
  bundle: true,
  splitting: true,
  chunkNames: "installer/chunks/[name]-[hash]",
  packages: "external",
  platform: "node",
  target: "node24",
  format: "esm",
  jsx: "automatic",
  sourcemap: "linked",
  logLevel: "warning",
});
await chmod(join(out, "installer/main.js"), 0o755);

const bundles = [
  { entry: "agent/main.ts", outfile: "agent.cjs", format: "cjs" },
  { entry: "control-plane/main.ts", outfile: "control-plane.mjs", format: "esm" },
] as const;
for (const { entry, outfile, format } of bundles) {
  if (!existsSync(join(root, entry))) continue;
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: join(out, "bundles", outfile),
    bundle: true,
    platform: "node",
    target: "node24",
    format,
    minify: true,
    legalComments: "none",
    // Dependencies written for CommonJS call require() for Node's own modules.
    ...(format === "esm"
      ? { banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" } }
      : {}),
    logLevel: "warning",
  });
}
