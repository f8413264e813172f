import { access } from "node:fs/promises";
import { ApplianceError } from "../kernel/errors.ts";
import { parseHostAddress } from "./host-address.ts";
import { readHostEntry } from "./host-range.ts";
import type { SourceKind } from "./source-kind.ts";
import type { SourceReader } from "./source-reader.ts";

/** Hosts between commas on the command line: `a,b:2222,`. */
export const hostListSource: SourceKind = listSource("host_list", (text) => {
  const address = parseHostAddress(text);
  const isPlain = address !== undefined && !address.name.includes("[");
  return isPlain ? { names: [address.name], port: address.port } : undefined;
});

/** The same with ranges: `web[01:20],`. */
export const advancedHostListSource: SourceKind = listSource("advanced_host_list", (text, source) => {
  try {
    return readHostEntry(text, source);
  } catch (error) {
    if (error instanceof ApplianceError && error.code === "INVENTORY_SOURCE_MALFORMED") {
      const problem = String(error.context["problem"]);
      // Ansible leaves what it says itself is wrong unchanged, and fails where Python's number reading does.
      if (!/^(?:invalid literal|range\(\))/.test(problem)) {
        source.tell(`Unable to parse address from hostname, leaving unchanged: ${problem}`);
        return undefined;
      }
    }
    throw error;
  }
});

type Entry = { readonly names: readonly string[]; readonly port: number | undefined };

function listSource(name: string, read: (text: string, source: SourceReader) => Entry | undefined): SourceKind {
  return {
    name,
    accepts: async (path) => path.includes(",") && !(await exists(path)),
    read: async (source, data) => {
      for (const text of source.path.split(",").map((part) => part.trim())) {
        if (text === "") continue;
        const { names, port } = read(text, source) ?? { names: [text], port: undefined };
        for (const host of names) if (!data.hosts.has(host)) data.addHost(host, "ungrouped", port);
      }
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
